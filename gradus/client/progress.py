"""What an epoch changes of a record, as the service reckons it."""

from gradus.metrics import KEYS, improves, metric
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord, Progress
from gradus.wire.metrics import MetricsRow


def after_epoch(record: ExperimentRecord, row: MetricsRow) -> ExperimentRecord:
    """The record once this epoch is done: its newest row, perhaps its best, and how far it is."""
    best = row if _improves(record, row) else record.best
    return record.model_copy(update={"latest": row, "best": best, "progress": _progress(record, row)})


def _improves(record: ExperimentRecord, row: MetricsRow) -> bool:
    """By the metric that the service chooses it by; one that is not known here never tells."""
    key = record.best_metric
    if key is None or key not in KEYS:
        return False
    return improves(metric(key), getattr(row, key), getattr(record.best, key, None))


def _progress(record: ExperimentRecord, row: MetricsRow) -> Progress:
    """The mean of the epochs that it has trained itself, for each epoch left."""
    before, trained = record.progress, row.epoch - (record.forked_epoch or 0)
    left, known = before.epochs - row.epoch, before.eta_seconds
    eta = None
    if record.status is Status.RUNNING:
        mean = row.seconds if known is None or trained < 2 else known / max(1, before.epochs - before.epoch)
        eta = round((mean * (trained - 1) + row.seconds) / trained * left, 3) if trained > 0 else None
    return Progress(epoch=row.epoch, epochs=before.epochs, eta_seconds=eta)
