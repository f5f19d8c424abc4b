"""What an epoch changes of a record, as the service reckons it."""

from math import isnan

from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord, Progress
from gradus.wire.metrics import MetricsRow


def after_epoch(record: ExperimentRecord, row: MetricsRow) -> ExperimentRecord:
    """The record once this epoch is done: its newest row, perhaps its best, and how far it is."""
    best = row if _improves(record, row) else record.best
    return record.model_copy(update={"latest": row, "best": best, "progress": _progress(record, row)})


def _improves(record: ExperimentRecord, row: MetricsRow) -> bool:
    """By early stopping's metric, else by accuracy, or loss for a regression; what is no number is never better."""
    stopping, task = record.spec.early_stopping, record.spec.dataset.facts.task
    metric = stopping.metric if stopping else "validation_loss" if task == "regression" else "validation_accuracy"
    value, before = getattr(row, metric), getattr(record.best, metric, None)
    if value is None or isnan(value) or before is None:
        return value is not None and not isnan(value)
    return bool(value > before if metric == "validation_accuracy" else value < before)


def _progress(record: ExperimentRecord, row: MetricsRow) -> Progress:
    """The mean of the epochs that it has trained itself, for each epoch left."""
    before, trained = record.progress, row.epoch - (record.forked_epoch or 0)
    left, known = before.epochs - row.epoch, before.eta_seconds
    eta = None
    if record.status is Status.RUNNING:
        mean = row.seconds if known is None or trained < 2 else known / max(1, before.epochs - before.epoch)
        eta = round((mean * (trained - 1) + row.seconds) / trained * left, 3) if trained > 0 else None
    return Progress(epoch=row.epoch, epochs=before.epochs, eta_seconds=eta)
