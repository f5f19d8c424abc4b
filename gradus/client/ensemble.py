"""What the networks of one change of a sweep can compute together: predictions, and which columns they use."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradus.client.handle import Handle
from gradus.client.importance import importance
from gradus.client.methods import T_co, method
from gradus.client.prediction_files import predict_file
from gradus.client.predictions import has_names, predict, sweep
from gradus.client.request import Request, path_of, reads
from gradus.errors import NotFound
from gradus.status import Status
from gradus.wire.prediction import EnsemblePrediction
from gradus.wire.sweep import SweepRecord, SweepSummary

if TYPE_CHECKING:
    from gradus.wire.importance import ImportanceReport


class EnsembleHandle(Handle[SweepSummary, T_co]):
    """A sweep, whose networks can be asked."""

    _family = "sweeps"

    @method
    async def predict(
        self,
        data: Any,
        /,
        label: str | None = None,
        *,
        epoch: int | str = "best",
        top: int | None = None,
        probabilities: bool = True,
        absent: str = "refuse",
    ) -> EnsemblePrediction:
        """The predictions of a change's networks, one for each seed, for rows as `Experiment.predict` takes them: the
        mean of their answers, and its `spread`. Without a label, the best change is asked.

        Raises:
            InvalidSpec: a column or a value does not fit; `errors` lists them.
            NotFound: there is no such change.
            Conflict: none of its networks is trained.
        """
        options = {"epoch": epoch, "top": top, "probabilities": probabilities, "absent": absent}
        member = "" if has_names(data) else await self._a_member(label)
        return await predict(self._transport, sweep(self.id, label), data, options, member)

    @method
    async def predict_file(
        self,
        path: str | PathLike[str],
        to: str | PathLike[str],
        /,
        label: str | None = None,
        *,
        epoch: int | str = "best",
        top: int | None = None,
        probabilities: bool = True,
        absent: str = "refuse",
    ) -> Path:
        """Write a change's predictions for a table as CSV, a line for each row; for a picture as JSON. The files are
        those of `Experiment.predict_file`."""
        options = {"epoch": epoch, "top": top, "probabilities": probabilities, "absent": absent}
        with Path(to).open("wb") as file:
            async for piece in predict_file(self._transport, sweep(self.id, label), Path(path), options):
                file.write(piece)
        return Path(to)

    @method
    async def importance(
        self,
        label: str | None = None,
        *,
        split: str = "test",
        epoch: int | str = "best",
        repeats: int = 5,
        columns: Sequence[str] = (),
        together: Sequence[str] = (),
        timeout: float | None = None,
    ) -> "ImportanceReport":
        """Which input columns the networks of a change use, as `Experiment.importance` tells of one: the mean over the
        seeds. Without a label, the best change is asked.

        Raises:
            NotFound: there is no such change.
            Conflict: none of its networks is trained.
            TimeoutError: there is no answer after `timeout` seconds.
        """
        options = {"split": split, "epoch": epoch, "repeats": repeats}
        chosen = options if label is None else {**options, "label": label}
        path = path_of(self._family, self.id, "importance")
        return await importance(self._transport, path, chosen, columns, together, timeout)

    async def _a_member(self, label: str | None) -> str:
        """The id of any experiment of a change: all of them have the same columns."""
        request = Request("GET", path_of(self._family, self.id), reads(SweepRecord))
        results = (await self._transport.send(request)).results
        result = next((one for one in results if one.experiments and label in (None, one.label)), None)
        if result is None:
            raise NotFound(f"{self.id} has no change '{label}'")
        done = zip(result.experiments, result.statuses, strict=True)
        return next((id_ for id_, status in done if status is Status.SUCCEEDED), result.experiments[0])
