"""What is known of a run while its events come in: a frozen value and how an event changes it."""

from dataclasses import dataclass, replace

from gradus.client import StreamEvent
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow


@dataclass(frozen=True)
class Run:
    """One experiment, as far as its events have been read."""

    id: str
    record: ExperimentRecord | None = None
    rows: tuple[MetricsRow, ...] = ()

    @property
    def name(self) -> str:
        """What people call it."""
        return (self.record.name if self.record else "") or self.id

    @property
    def status(self) -> Status:
        """The newest that was told."""
        return self.record.status if self.record else Status.QUEUED

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return self.rows[-1].epoch if self.rows else 0

    @property
    def epochs(self) -> int:
        """Epochs asked for."""
        return self.record.progress.epochs if self.record else 0

    @property
    def eta_seconds(self) -> float | None:
        """The epochs left, each as long as the mean of those done."""
        if self.status is not Status.RUNNING or not self.rows:
            return None
        return (self.epochs - self.epoch) * sum(row.seconds for row in self.rows) / len(self.rows)

    def after(self, event: StreamEvent) -> "Run":
        """The run once the event is known."""
        match event.data:
            case ExperimentRecord() as record:
                return replace(self, record=record)
            case MetricsRow() as row:
                return replace(self, rows=(*self.rows, row))
            case _:
                return self
