"""Progress bars for files that are sent and for data sets that are read."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from gradus.cli import labels, output
from gradus.client import StoredDataset
from gradus.printable import printable


def _bar(*columns: ProgressColumn) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *columns,
        console=output.errors(),
        transient=True,
        disable=not output.errors().is_terminal,
    )


class Sending:
    """A progress bar while files are sent; shown only in a terminal."""

    def __init__(self, files: Sequence[str], *, quiet: bool = False) -> None:
        self._progress = _bar(DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self._progress.disable = self._progress.disable or quiet
        self._task = self._progress.add_task(printable(f"sending {' '.join(files)}"[:60]), total=None)

    def report(self, done: int, total: int) -> None:
        """Show that `done` of `total` bytes have been sent."""
        self._progress.update(self._task, completed=done, total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


def watch_reading(dataset: StoredDataset, *, quiet: bool = False) -> bool:
    """Show the progress of the reading until it ends. False after a Ctrl-C, which does not stop the reading."""
    percent = TextColumn("{task.percentage:>3.0f} %")
    progress = _bar(percent)
    progress.disable = progress.disable or quiet
    task = progress.add_task(printable(f"reading {dataset.name}"[:60]), total=None)
    try:
        with progress:
            for step in dataset.watch():
                what = printable(f"{dataset.name}: {step.what}"[:60])
                progress.update(task, description=what, completed=step.done, total=step.total)
                if progress.disable and not quiet:
                    output.note(f"{step.what}: {labels.share(step)}")
    except KeyboardInterrupt:
        return False
    return True
