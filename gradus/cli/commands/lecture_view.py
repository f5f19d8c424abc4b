"""What `gradus lecture` shows: the epochs of its runs next to the lecture's results, and a plot of both."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec

from rich.console import Group
from rich.table import Table
from rich.text import Text

from gradus.cli import labels
from gradus.cli.console import styled
from gradus.cli.run_state import RunState
from gradus.examples import LECTURE_TEST_ACCURACY
from gradus.metrics import measured, score

PLOT_COLORS = ("bright_blue", "bright_green")
"""The colors, in the order in which plotext uses them."""


def comparison(runs: Sequence[RunState]) -> Table:
    """A line for each epoch: for each run its test accuracy, the lecture's, and the difference."""
    table = Table(title="Test accuracy", header_style="bold", title_style="")
    table.add_column("epoch", justify="right")
    for run in runs:
        table.add_column(Group(run.name, str(run.status)), justify="right", min_width=9)
        if _lecture_accuracies(run):
            table.add_column(Group("the", "lecture"), justify="right", style="dim")
            table.add_column(Group("differ-", "ence"), justify="right")
    for epoch in range(1, max(run.epochs for run in runs) + 1):
        table.add_row(str(epoch), *[cell for run in runs for cell in _cells(run, epoch)])
    return table


def line(run: RunState) -> str:
    """The newest epoch, for output that does not go to a terminal."""
    row = run.rows[-1]
    own = _lecture_accuracies(run)
    beside = f"  lecture {own[row.epoch - 1]:.4f}" if row.epoch <= len(own) else ""
    return f"{run.name}: epoch {row.epoch}/{run.epochs}  test accuracy {_accuracy(run, row.epoch):.4f}{beside}"


def accuracies(runs: Sequence[RunState]) -> dict[str, Sequence[float]]:
    """The test accuracy after each epoch, by the name of the run."""
    return {run.name: [_accuracy(run, row.epoch) for row in run.rows] for run in runs if run.rows}


def verdict(run: RunState) -> str:
    """How the run ended, in one line."""
    own = _lecture_accuracies(run)
    beside = f" (the lecture: {own[-1]:.4f})" if own else ""
    seconds = sum(row.seconds for row in run.rows)
    return f"{run.name}: {_accuracy(run, run.epoch):.4f} after {run.epoch} epochs{beside}, {seconds:.1f} s of training"


def plot(curves: Mapping[str, Sequence[float]], title: str, width: int) -> Group | None:
    """Each curve over epochs 1, 2, 3 …; None if plotext is not installed."""
    if find_spec("plotext") is None:
        return None
    figure = import_module("plotext").figure
    figure.clear()
    figure.theme("simple")
    figure.plot_size(min(width, 76), 14)
    for values in curves.values():
        signal = figure.signal(list(range(1, len(values) + 1)), list(values), marker="braille")
        figure.draw(signal.lines(active=True))
    figure.ruler("x").ticks(list(range(1, max(map(len, curves.values())) + 1)))
    return Group(_legend(list(curves), title), *Text.from_ansi(str(figure.build())).split("\n"))


def _cells(run: RunState, epoch: int) -> Sequence[str | Text]:
    own = _lecture_accuracies(run)
    here = _accuracy(run, epoch) if epoch <= run.epoch else None
    shown = "" if here is None else f"{here:.4f}"
    if not own:
        return (shown,)
    theirs = own[epoch - 1]
    if here is None:
        return shown, f"{theirs:.4f}", ""
    difference = here - theirs
    return shown, f"{theirs:.4f}", Text(f"{difference:+.4f}", style="green" if difference >= 0 else "red")


def _accuracy(run: RunState, epoch: int) -> float:
    row = run.rows[epoch - 1]
    accuracy = labels.value(row, score(measured([row]), "test"))
    assert accuracy is not None
    return accuracy


def _lecture_accuracies(run: RunState) -> tuple[float, ...]:
    return LECTURE_TEST_ACCURACY.get(run.name, ())


def _legend(names: list[str], title: str) -> Text:
    parts = [styled(name, color) for name, color in zip(names, PLOT_COLORS, strict=False)]
    return Text.assemble(f"{title}: ", Text(", ").join(parts))
