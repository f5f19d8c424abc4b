"""What `gradus watch` shows: a bar for each run and, when there is one run only, its epochs."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table

from gradus.cli import words
from gradus.cli.runs import Run

SHOWN = 20
"""Newest epochs of a single run."""


def board(runs: Sequence[Run]) -> RenderableType:
    """The whole picture."""
    bars = _bars(runs)
    return Group(bars, _epochs(runs[0])) if len(runs) == 1 and runs[0].rows else bars


def _bars(runs: Sequence[Run]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("run", max_width=32, no_wrap=True)
    for heading in ("status", "", "epoch", "train loss", "validation", "test", "left"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for run in runs:
        bar = ProgressBar(total=max(1, run.epochs), completed=run.epoch, width=20)
        scores = _scores(run)
        left = words.duration(run.eta_seconds)
        table.add_row(run.name, words.status(run.status), bar, f"{run.epoch}/{run.epochs or '?'}", *scores, left)
    return table


def _scores(run: Run) -> tuple[str, str, str]:
    """Train loss, and accuracies, or losses where there are none."""
    if not run.rows:
        return "", "", ""
    row = run.rows[-1]
    validation = row.validation_loss if row.validation_accuracy is None else row.validation_accuracy
    test = row.test_loss if row.test_accuracy is None else row.test_accuracy
    return words.number(row.train_loss), words.number(validation), words.number(test)


def _epochs(run: Run) -> Table:
    table = Table(header_style="bold")
    for heading in ("epoch", "train loss", "train acc.", "val. loss", "val. acc.", "test loss", "test acc.", "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in run.rows[-SHOWN:]:
        losses = (row.train_loss, row.train_accuracy, row.validation_loss, row.validation_accuracy)
        table.add_row(
            str(row.epoch),
            *map(words.number, (*losses, row.test_loss, row.test_accuracy)),
            f"{row.seconds:.2f}",
        )
    return table
