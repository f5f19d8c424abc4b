"""The state of a run as its events arrive: a frozen value, and how an event changes it."""

import time
from dataclasses import dataclass, replace

from gradus.client import StreamEvent
from gradus.status import Status
from gradus.wire.event import StepProgress
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow
from gradus.wire.tolerant import UnknownStatus


@dataclass(frozen=True)
class RunState:
    """The state of one experiment after the events read so far."""

    id: str
    record: ExperimentRecord | None = None
    rows: tuple[MetricsRow, ...] = ()
    waits_on: StepProgress | None = None
    """A long step that training waits for, such as a download."""
    row_at: float = 0.0
    """When the newest row arrived, by the monotonic clock."""

    @property
    def name(self) -> str:
        """The run's name, or its id if it has no name."""
        return (self.record.name if self.record else "") or self.id

    @property
    def status(self) -> Status | UnknownStatus:
        """The run's newest status."""
        return self.record.status if self.record else Status.QUEUED

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.record is not None and self.record.over

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return self.rows[-1].epoch if self.rows else 0

    @property
    def epochs(self) -> int:
        """The planned number of epochs."""
        return self.record.progress.epochs if self.record else 0

    def eta_seconds(self, now: float | None = None) -> float | None:
        """The time left: the mean duration of an epoch times the epochs left, less the time since the newest row."""
        if self.status is not Status.RUNNING or not self.rows:
            return None
        mean = sum(row.seconds for row in self.rows) / len(self.rows)
        elapsed = max(0.0, (time.monotonic() if now is None else now) - self.row_at)
        return max(0.0, (self.epochs - self.epoch) * mean - min(elapsed, mean))

    def after(self, event: StreamEvent) -> "RunState":
        """The state after an event."""
        match event.data:
            case ExperimentRecord() as record:
                step = self.waits_on if record.status is Status.RUNNING else None
                return replace(self, record=record, rows=self._kept(record), waits_on=step)
            case MetricsRow() as row:
                return replace(self, rows=(*self.rows, row), waits_on=None, row_at=time.monotonic())
            case StepProgress() as step:
                return replace(self, waits_on=None if step.over else step)
            case _:
                return self

    def _kept(self, record: ExperimentRecord) -> tuple[MetricsRow, ...]:
        """The rows of the epochs that are done: none if a sweep's retry has restarted the run."""
        done = record.progress.epoch
        return self.rows if self.epoch <= done else tuple(row for row in self.rows if row.epoch <= done)
