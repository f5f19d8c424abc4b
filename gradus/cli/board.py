"""What `gradus watch` shows: a bar for each run and, when there is one run only, its epochs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from gradus.cli import words
from gradus.cli.ids import short
from gradus.cli.runs import Run
from gradus.cli.screen import one_line
from gradus.metrics import measured, of_split
from gradus.status import Status
from gradus.wire.catalog import MetricEntry

EPOCHS = 12
"""Newest epochs of a single run."""
MARGIN = 5
"""Lines of a terminal that bars leave to headings and a summary."""
_ORDER = (Status.RUNNING, Status.PAUSED, Status.FAILED, Status.QUEUED, Status.SUCCEEDED, Status.CANCELLED)
"""What is shown first where not all fit."""


@dataclass(frozen=True)
class Board:
    """The whole picture, as much of it as the terminal is high."""

    runs: Sequence[Run]
    whole: bool = False
    """Every run, however high the terminal is."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Bars, downloads, and the epochs of a single run."""
        room = len(self.runs) if self.whole else max(1, options.size.height - MARGIN)
        shown = self.runs if len(self.runs) <= room else sorted(self.runs, key=_rank)[:room]
        parts: list[RenderableType] = [_bars(shown, _labels(self.runs))]
        parts += [_download(run) for run in shown if run.download is not None]
        if len(shown) < len(self.runs):
            parts.append(_rest([run for run in self.runs if run not in shown]))
        if len(self.runs) == 1 and self.runs[0].rows:
            parts.append(epochs(self.runs[0]))
        yield Group(*parts)


def epochs(run: Run, newest: int = EPOCHS) -> Table:
    """The newest epochs, one in each line."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    shown = [one for one in measured(run.rows) if one.split is not None]
    for heading in ("epoch", *_headings(shown), "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in run.rows[-newest:]:
        numbers = (words.number(words.value(row, one)) for one in shown)
        table.add_row(str(row.epoch), *numbers, f"{row.seconds:.2f}")
    return table


def _headings(shown: Sequence[MetricEntry]) -> list[str]:
    """A split is named once, at its first metric."""
    first = {one.split: one for one in reversed(shown)}
    return [words.heading(one if first[one.split] is one else one.model_copy(update={"split": None})) for one in shown]


def _bars(runs: Sequence[Run], labels: dict[str, str]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("run", max_width=22, min_width=4)
    table.add_column("", width=12)
    for heading in ("epoch", "loss", "val.", "test", "left"):
        table.add_column(heading, justify="right", no_wrap=True)
    for run in runs:
        done = f"{run.epoch}/{run.epochs or '?'}"
        table.add_row(one_line(labels[run.id]), _bar(run), done, *_scores(run), _left(run))
    return table


def _bar(run: Run) -> ProgressBar:
    """It moves to and fro while a run has begun and no epoch is done."""
    colour = words.COLOURS[run.status]
    starting = run.status is Status.RUNNING and not run.rows
    return ProgressBar(
        total=None if starting else max(1, run.epochs),
        completed=run.epoch,
        pulse=starting,
        complete_style=colour,
        finished_style=colour,
    )


def _left(run: Run) -> Text:
    """Time, or why there is none to wait for."""
    eta = run.eta_seconds()
    return words.status(run.status) if eta is None else Text(words.duration(eta))


def _scores(run: Run) -> tuple[str, str, str]:
    """Train loss, and accuracies, or losses where there are none."""
    if not run.rows:
        return "", "", ""
    row = run.rows[-1]
    known = measured([row])
    first, *_ = of_split(known, "train")
    loss, validation, test = (words.number(words.value(row, one)) for one in (first, *words.scores(known)))
    return loss, validation, test


def _download(run: Run) -> Table:
    assert run.download is not None
    table = Table.grid(padding=(0, 2, 0, 0))
    bar = ProgressBar(total=100, completed=run.download.percent, width=20)
    table.add_row(f"downloading {run.download.file}", bar, f"{run.download.percent} %")
    return table


def _rest(runs: Sequence[Run]) -> Text:
    counts = Counter(run.status for run in runs)
    said = ", ".join(f"{counts[status]} {status}" for status in _ORDER if counts[status])
    return Text(f"… and {len(runs)} more: {said}", style="dim")


def _labels(runs: Sequence[Run]) -> dict[str, str]:
    """Names, and where several runs have the same, the ends of their ids in front."""
    counts = Counter(run.name for run in runs)
    return {run.id: run.name if counts[run.name] == 1 else f"{short(run.id)} {run.name}" for run in runs}


def _rank(run: Run) -> int:
    return _ORDER.index(run.status)
