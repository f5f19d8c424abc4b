"""The table of `gradus ls`."""

from collections.abc import Sequence
from datetime import datetime

from rich.table import Table

from gradus.cli import output, words
from gradus.cli.ids import short
from gradus.cli.screen import one_line
from gradus.metrics import metrics_of
from gradus.wire.experiment import ExperimentRecord


def listing(records: Sequence[ExperimentRecord], now: datetime | None = None) -> Table:
    """One line for each experiment. A terminal gets the ends of the ids, which every command takes."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("id", no_wrap=True)
    table.add_column("name", max_width=22 if output.on_terminal() else None, min_width=4)
    for heading in ("data", "status", "epoch", "test", "best val.", "age"):
        left = heading in {"data", "status"}
        table.add_column(heading, justify="left" if left else "right", no_wrap=True)
    for record in records:
        table.add_row(
            short(record.id) if output.on_terminal() else record.id,
            one_line(record.name),
            record.spec.dataset.name,
            words.status(record.status),
            f"{record.progress.epoch}/{record.progress.epochs}",
            *scores(record),
            words.age(record.created_at, now),
        )
    return table


def scores(record: ExperimentRecord) -> tuple[str, str]:
    """Newest test accuracy and best validation accuracy; losses where there are no accuracies."""
    validation, test = words.scores(metrics_of(record.task))
    return words.number(words.value(record.latest, test)), words.number(words.value(record.best, validation))
