"""What `gradus watch` shows: a progress bar for each run and, for a single run, its epochs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from gradus.cli import ids, labels, tables
from gradus.cli.console import one_line
from gradus.cli.run_state import RunState
from gradus.metrics import measured, of_split
from gradus.status import Status
from gradus.wire.catalog import MetricEntry
from gradus.wire.event import StepProgress

EPOCHS = 12
"""How many of the newest epochs of a single run are shown."""
MARGIN = 5
"""Lines of the terminal that are reserved for headings and a summary."""
_ORDER = (Status.RUNNING, Status.PAUSED, Status.FAILED, Status.QUEUED, Status.SUCCEEDED, Status.CANCELLED)
"""Which runs are shown first where not all fit."""


@dataclass(frozen=True)
class LiveView:
    """The whole view, as far as it fits the height of the terminal."""

    runs: Sequence[RunState]
    whole: bool = False
    """Whether to show every run, whatever the height of the terminal."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Bars, the steps that runs wait for, and the epochs of a single run."""
        room = len(self.runs) if self.whole else max(1, options.size.height - MARGIN)
        shown = self.runs if len(self.runs) <= room else sorted(self.runs, key=_rank)[:room]
        parts: list[RenderableType] = [_bars(shown, _names(self.runs))]
        parts += [_step(run.waits_on) for run in shown if run.waits_on is not None]
        if len(shown) < len(self.runs):
            parts.append(_rest([run for run in self.runs if run not in shown]))
        if len(self.runs) == 1 and self.runs[0].rows:
            parts.append(epochs(self.runs[0]))
        yield Group(*parts)


def epochs(run: RunState, newest: int = EPOCHS) -> Table:
    """A line for each of the newest epochs."""
    table = tables.borderless()
    shown = [one for one in measured(run.rows) if one.split is not None]
    for heading in ("epoch", *_headings(shown), "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in run.rows[-newest:]:
        numbers = (labels.number(labels.value(row, one)) for one in shown)
        table.add_row(str(row.epoch), *numbers, f"{row.seconds:.2f}")
    return table


def _headings(shown: Sequence[MetricEntry]) -> list[str]:
    """The headings of the metrics; only the first metric of a split is headed by the split's name."""
    first = {one.split: one for one in reversed(shown)}
    return [labels.heading(one if first[one.split] is one else one.model_copy(update={"split": None})) for one in shown]


def _bars(runs: Sequence[RunState], names: dict[str, str]) -> Table:
    table = tables.borderless()
    table.add_column("run", max_width=22, min_width=4)
    table.add_column("", width=12)
    for heading in ("epoch", "loss", "val.", "test", "left"):
        table.add_column(heading, justify="right", no_wrap=True)
    for run in runs:
        done = f"{run.epoch}/{run.epochs or '?'}"
        table.add_row(one_line(names[run.id]), _bar(run), done, *_scores(run), _left(run))
    return table


def _bar(run: RunState) -> ProgressBar:
    """The progress bar of a run; it pulses until the first epoch is done."""
    color = labels.COLORS.get(run.status, "")
    starting = run.status is Status.RUNNING and not run.rows
    return ProgressBar(
        total=None if starting else max(1, run.epochs),
        completed=run.epoch,
        pulse=starting,
        complete_style=color,
        finished_style=color,
    )


def _left(run: RunState) -> Text:
    """The time left, or the status of a run that does not train."""
    eta = run.eta_seconds()
    return labels.status(run.status) if eta is None else Text(labels.duration(eta))


def _scores(run: RunState) -> tuple[str, str, str]:
    """The training loss, and the validation and test accuracy, or loss for a regression."""
    if not run.rows:
        return "", "", ""
    row = run.rows[-1]
    known = measured([row])
    first, *_ = of_split(known, "train")
    loss, validation, test = (labels.number(labels.value(row, one)) for one in (first, *labels.scores(known)))
    return loss, validation, test


def _step(step: StepProgress) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    bar = ProgressBar(total=step.total, completed=step.done, width=20)
    table.add_row(one_line(step.what), bar, labels.share(step))
    return table


def _rest(runs: Sequence[RunState]) -> Text:
    counts = Counter(run.status for run in runs)
    said = ", ".join(f"{counts[status]} {status}" for status in dict.fromkeys((*_ORDER, *counts)) if counts[status])
    return Text(f"… and {len(runs)} more: {said}", style="dim")


def _names(runs: Sequence[RunState]) -> dict[str, str]:
    """The names of the runs. A name that several runs share is preceded by the end of each run's id."""
    counts = Counter(run.name for run in runs)
    return {run.id: run.name if counts[run.name] == 1 else f"{ids.short(run.id)} {run.name}" for run in runs}


def _rank(run: RunState) -> int:
    return _ORDER.index(run.status) if isinstance(run.status, Status) else len(_ORDER)
