"""The epochs of the lecture's runs beside the lecture's own numbers."""

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from gradus.cli import words
from gradus.cli.runs import Run
from gradus.examples import LECTURE_TEST_ACCURACY
from gradus.metrics import measured, score


def comparison(runs: Sequence[Run]) -> Table:
    """One line for each epoch; for each run the test accuracy here, the lecture's, and their difference."""
    table = Table(title="Test accuracy", header_style="bold", title_style="")
    table.add_column("epoch", justify="right")
    for run in runs:
        table.add_column(Group(run.name, str(run.status)), justify="right", min_width=9)
        if _lecture(run):
            table.add_column(Group("the", "lecture"), justify="right", style="dim")
            table.add_column(Group("differ-", "ence"), justify="right")
    for epoch in range(1, max(run.epochs for run in runs) + 1):
        table.add_row(str(epoch), *[cell for run in runs for cell in _cells(run, epoch)])
    return table


def line(run: Run) -> str:
    """The newest epoch, for output that is no terminal."""
    row = run.rows[-1]
    own = _lecture(run)
    beside = f"  lecture {own[row.epoch - 1]:.4f}" if row.epoch <= len(own) else ""
    return f"{run.name}: epoch {row.epoch}/{run.epochs}  test accuracy {_here(run, row.epoch):.4f}{beside}"


def curves(runs: Sequence[Run]) -> dict[str, Sequence[float]]:
    """Test accuracy after each epoch, by the run's name."""
    return {run.name: [_here(run, row.epoch) for row in run.rows] for run in runs if run.rows}


def verdict(run: Run) -> str:
    """How the run ended, in one line."""
    own = _lecture(run)
    beside = f" (the lecture: {own[-1]:.4f})" if own else ""
    seconds = sum(row.seconds for row in run.rows)
    return f"{run.name}: {_here(run, run.epoch):.4f} after {run.epoch} epochs{beside}, {seconds:.1f} s of training"


def _cells(run: Run, epoch: int) -> Sequence[str | Text]:
    own = _lecture(run)
    here = _here(run, epoch) if epoch <= run.epoch else None
    shown = "" if here is None else f"{here:.4f}"
    if not own:
        return (shown,)
    theirs = own[epoch - 1]
    if here is None:
        return shown, f"{theirs:.4f}", ""
    difference = here - theirs
    return shown, f"{theirs:.4f}", Text(f"{difference:+.4f}", style="green" if difference >= 0 else "red")


def _here(run: Run, epoch: int) -> float:
    row = run.rows[epoch - 1]
    accuracy = words.value(row, score(measured([row]), "test"))
    assert accuracy is not None
    return accuracy


def _lecture(run: Run) -> tuple[float, ...]:
    return LECTURE_TEST_ACCURACY.get(run.name, ())
