"""What can be done with a trained network: evaluate it, predict with it, inspect and export it."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradus.client.answers import answer
from gradus.client.importance import importance
from gradus.client.methods import T_co, method
from gradus.client.predicted_files import PredictedFilesHandle
from gradus.client.prediction_files import predict_file
from gradus.client.predictions import experiment, predict
from gradus.client.request import Request, nothing, path_of
from gradus.client.save import save
from gradus.wire.prediction import Prediction

if TYPE_CHECKING:  # rarely needed; with those of `Client`, a tenth of its import time
    from gradus.wire.calibration import CalibrationRecord
    from gradus.wire.error_rows import ErrorPage
    from gradus.wire.evaluation import EvaluationReport
    from gradus.wire.importance import ImportanceReport


class TrainedHandle(PredictedFilesHandle[T_co]):
    """An experiment, whose network can be used as soon as it has a checkpoint."""

    @method
    async def evaluation(
        self,
        *,
        split: str = "test",
        epoch: int | str = "best",
        by: str | None = None,
        miss_cost: float | None = None,
        timeout: float | None = None,
    ) -> "EvaluationReport":
        """How good the network is on `train`, `validation` or `test`: metrics with intervals, classes, curves,
        calibration, residuals; with `by`, also for each value of a column. A worker computes it once.

        `miss_cost` is the cost of a miss (false negative) in false alarms, for one of the thresholds between two
        classes.

        Raises:
            NotFound: the epoch has no checkpoint.
            TimeoutError: there is no answer after `timeout` seconds.
        """
        from gradus.wire.evaluation import EvaluationReport  # noqa: PLC0415 (few need it)

        options = {"split": split, "epoch": epoch, "by": by, "miss_cost": miss_cost}
        query = {name: str(value) for name, value in options.items() if value is not None}
        path = path_of("experiments", self.id, "evaluation")
        return await answer(self._transport, EvaluationReport, path, timeout, query=query)

    @method
    async def errors(
        self,
        *,
        given: str | None = None,
        predicted: str | None = None,
        split: str = "test",
        epoch: int | str = "best",
        offset: int = 0,
        limit: int = 50,
        timeout: float | None = None,
    ) -> "ErrorPage":
        """The examples in a cell of the confusion matrix, most confident predictions first, with values and pictures.
        Without classes, all errors; with one class, the errors in its row or column.

        Raises:
            NotFound: the epoch has no checkpoint.
            TimeoutError: there is no answer after `timeout` seconds.
        """
        from gradus.wire.error_rows import ErrorPage  # noqa: PLC0415 (few need it)

        options = {"split": split, "epoch": epoch, "given": given, "predicted": predicted, "offset": offset}
        query = {name: str(value) for name, value in options.items() if value is not None}
        path = path_of("experiments", self.id, "errors")
        return await answer(self._transport, ErrorPage, path, timeout, query={**query, "limit": limit})

    @method
    async def importance(
        self,
        *,
        split: str = "test",
        epoch: int | str = "best",
        repeats: int = 5,
        columns: Sequence[str] = (),
        together: Sequence[str] = (),
        timeout: float | None = None,
    ) -> "ImportanceReport":
        """Which input columns the network uses: how much worse it predicts when it gets the values of a column from
        `repeats` other examples, most important columns first, with intervals; with `columns`, only of these. The
        columns of `together` are also shuffled together. A worker computes it once; nothing is trained.

        Raises:
            BadRequest: `columns` or `together` names something else than an input column, or `together` only one.
            NotFound: the epoch has no checkpoint.
            TimeoutError: there is no answer after `timeout` seconds.
        """
        options = {"split": split, "epoch": epoch, "repeats": repeats}
        path = path_of("experiments", self.id, "importance")
        return await importance(self._transport, path, options, columns, together, timeout)

    @method
    async def predict(
        self,
        data: Any,
        /,
        *,
        epoch: int | str = "best",
        top: int | None = None,
        probabilities: bool = True,
        absent: str = "refuse",
        calibrated: bool = False,
        interval: float | None = None,
        timeout: float | None = None,
    ) -> Prediction:
        """The network's predictions for rows: dictionaries, a mapping of columns, a data frame of pandas or polars, or
        an array with the network's columns in their order.

        `epoch` is `best`, `last` or the number of an epoch whose checkpoint was kept; `top` is the number of largest
        probabilities to keep. With `absent="missing"`, columns that are not given have missing values.

        With `calibrated`, probabilities are computed with the temperature fitted on the validation split.
        `interval=0.9` adds intervals to a regression that contain the true value with that probability. A worker
        computes the calibration once.

        Raises:
            InvalidSpec: a column or a value does not fit; `errors` lists them.
            NotFound: the epoch has no checkpoint.
            Conflict: the validation split is too small for such an interval.
            TimeoutError: the calibration is not available after `timeout` seconds.
        """
        options: dict[str, Any] = {"epoch": epoch, "top": top, "probabilities": probabilities, "absent": absent}
        options |= {"calibrated": calibrated, "interval": interval}
        await self._calibrated(options, timeout)
        return await predict(self._transport, experiment(self.id), data, options, self.id)

    @method
    async def predict_file(  # noqa: PLR0913 (one for each option)
        self,
        path: str | PathLike[str],
        to: str | PathLike[str],
        /,
        *,
        epoch: int | str = "best",
        top: int | None = None,
        probabilities: bool = True,
        absent: str = "refuse",
        calibrated: bool = False,
        interval: float | None = None,
        timeout: float | None = None,
    ) -> Path:
        """Write the predictions for a table of any length as CSV, a line for each row: CSV, TSV or JSON lines, by its
        extension, and in gzip; for a picture as JSON. The options are those of `predict`."""
        options: dict[str, Any] = {"epoch": epoch, "top": top, "probabilities": probabilities, "absent": absent}
        options |= {"calibrated": calibrated, "interval": interval}
        await self._calibrated(options, timeout)
        with Path(to).open("wb") as file:
            async for piece in predict_file(self._transport, experiment(self.id), Path(path), options):
                file.write(piece)
        return Path(to)

    @method
    async def calibration(self, *, epoch: int | str = "best", timeout: float | None = None) -> "CalibrationRecord":
        """The calibration fitted on the validation split: the temperature for a classification, or the half-width of a
        regression's intervals by level. A worker computes it once.

        Raises:
            NotFound: the epoch has no checkpoint.
            TimeoutError: there is no answer after `timeout` seconds.
        """
        from gradus.wire.calibration import CalibrationRecord  # noqa: PLC0415 (few need it)

        path = path_of("experiments", self.id, "calibration")
        return await answer(self._transport, CalibrationRecord, path, timeout, query={"epoch": epoch})

    @method
    async def export(
        self, file: str = "model.onnx", path: str | PathLike[str] | None = None, /, *, epoch: int | str = "best"
    ) -> Path:
        """Save the network as a file: `model.onnx`, `weights.safetensors`, `preprocessing.json`, `card.md`, `run.py` or
        `bundle.zip`. `path` is a file or a folder.

        Raises:
            NotFound: the epoch has no checkpoint.
        """
        parts = path_of("experiments", self.id, f"export/{file}")
        return await save(self._transport, Request("GET", parts, nothing, query={"epoch": epoch}), path)
