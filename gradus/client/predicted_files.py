"""Predictions for whole files, which workers write to files."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from gradus.client.answers import answer
from gradus.client.methods import T_co, method
from gradus.client.pictured import PicturedHandle
from gradus.client.request import Request, encoded, nothing, path_of
from gradus.client.save import save
from gradus.client.source import of_path
from gradus.client.uploads import Sent, send_parts

UPLOAD = "upl_"
"""The beginning of an upload's id."""


def _given(top: int | None, absent: str, interval: float | None, *, calibrated: bool) -> dict[str, Any]:
    """The options that differ from their defaults. The others are left out, because services of earlier versions do not
    know them."""
    default = {"top": None, "absent": "refuse", "calibrated": False, "interval": None}
    given = {"top": top, "absent": absent, "calibrated": calibrated, "interval": interval}
    return {name: value for name, value in given.items() if value != default[name]}


class PredictedFilesHandle(PicturedHandle[T_co]):
    """An experiment whose network predicts whole files, computed by workers."""

    @method
    async def predict_dataset(  # noqa: PLR0913 (one for each option)
        self,
        dataset: str | None,
        path: str | PathLike[str] | None = None,
        /,
        *,
        version: int | None = None,
        upload: str | None = None,
        epoch: int | str = "best",
        format: str = "csv",  # noqa: A002 (the service's word)
        top: int | None = None,
        probabilities: bool = True,
        absent: str = "refuse",
        calibrated: bool = False,
        interval: float | None = None,
        timeout: float | None = None,
    ) -> Path:
        """Save the predictions for all rows of an uploaded data set as `csv` or `parquet`, in their order. `path` is a
        file or a folder. A worker writes the file once. Instead of a data set, `upload` may be the id of an upload. The
        other options are those of `predict`.

        Raises:
            InvalidSpec: the data set lacks columns of the network; `errors` lists them.
            TimeoutError: the file is not available after `timeout` seconds; a worker still writes it.
        """
        source = {"dataset": dataset} if upload is None else {"upload": upload}
        options = {"probabilities": probabilities, **_given(top, absent, interval, calibrated=calibrated)}
        wanted = {**source, "version": version, "epoch": epoch, "format": format, **options}
        return await self._predicted(wanted, path, timeout)

    @method
    async def predict_upload(  # noqa: PLR0913 (one for each option)
        self,
        file: str | PathLike[str],
        path: str | PathLike[str] | None = None,
        /,
        *,
        parse: Mapping[str, Any] | None = None,
        epoch: int | str = "best",
        format: str = "csv",  # noqa: A002 (the service's word)
        top: int | None = None,
        probabilities: bool = True,
        absent: str = "refuse",
        calibrated: bool = False,
        interval: float | None = None,
        timeout: float | None = None,
    ) -> Path:
        """Save the predictions for all rows of a file that can become a data set, such as Parquet, Excel or a long
        CSV: it is uploaded, but no data set is made of it. `file` is its path, or the id of an upload, `upl_…`. `path`
        is a file or a folder for the predictions, as `csv` or `parquet`.

        The file is read as the data set was that the network was trained on, or as `parse` says. The other options are
        those of `predict`.

        Raises:
            InvalidSpec: the file cannot be read, or lacks columns of the network.
            Conflict: parts of the upload are missing.
            TimeoutError: the predictions are not available after `timeout` seconds; a worker still writes them.
        """
        upload = str(file)
        if not upload.startswith(UPLOAD) or Path(file).exists():
            source = of_path(Path(file))
            upload = await send_parts(self._transport, source, Sent(source.size, None))
        options = {"probabilities": probabilities, **_given(top, absent, interval, calibrated=calibrated)}
        wanted = {"upload": upload, "epoch": epoch, "format": format, **options}
        reading = {} if parse is None else {"parse": dict(parse)}
        return await self._predicted({**wanted, **reading}, path, timeout)

    async def _predicted(
        self, wanted: Mapping[str, Any], path: str | PathLike[str] | None, timeout: float | None
    ) -> Path:
        """Wait for the predictions, and save them."""
        from gradus.wire.predicted_file import PredictedFile  # noqa: PLC0415 (few need it)

        await self._calibrated(wanted, timeout)
        asked = path_of("experiments", self.id, "predictions")
        found = await answer(self._transport, PredictedFile, asked, timeout, body=encoded(wanted))
        return await save(self._transport, Request("GET", found.file, nothing), path)

    async def _calibrated(self, options: Mapping[str, Any], timeout: float | None) -> None:
        """If the options need the calibration, wait until the service has computed it."""
        from gradus.wire.calibration import CalibrationRecord  # noqa: PLC0415 (few need it)

        if options.get("calibrated") or options.get("interval") is not None:
            path = path_of("experiments", self.id, "calibration")
            await answer(self._transport, CalibrationRecord, path, timeout, query={"epoch": options["epoch"]})
