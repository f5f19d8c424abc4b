"""The table of `gradus ls`."""

from rich.table import Table

from gradus.cli import words
from gradus.wire.experiment import ExperimentRecord


def listing(records: tuple[ExperimentRecord, ...]) -> Table:
    """One line for each experiment."""
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("name", max_width=32, no_wrap=True)
    for heading in ("data", "status", "epoch", "test", "best val.", "created"):
        table.add_column(heading, justify="left" if heading in {"data", "status"} else "right", no_wrap=True)
    for record in records:
        table.add_row(
            record.id,
            record.name,
            record.spec.dataset.name,
            words.status(record.status),
            f"{record.progress.epoch}/{record.progress.epochs}",
            *_scores(record),
            words.ago(record.created_at),
        )
    return table


def _scores(record: ExperimentRecord) -> tuple[str, str]:
    """Newest test accuracy and best validation accuracy; losses where there are no accuracies."""
    kind = "loss" if record.spec.dataset.facts.task == "regression" else "accuracy"
    test = getattr(record.latest, f"test_{kind}", None)
    validation = getattr(record.best, f"validation_{kind}", None)
    return words.number(test), words.number(validation)
