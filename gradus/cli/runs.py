"""What is known of a run while its events come in: a frozen value and how an event changes it."""

import re
import time
from dataclasses import dataclass, replace

from gradus.client import StreamEvent
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord, LogLine
from gradus.wire.metrics import MetricsRow

_SHARE = re.compile(r"(\S+): (\d+) %")
"""How a worker's log tells how much of a file it has downloaded."""


@dataclass(frozen=True)
class Download:
    """A file of the data set on its way."""

    file: str
    percent: int


@dataclass(frozen=True)
class Run:
    """One experiment, as far as its events have been read."""

    id: str
    record: ExperimentRecord | None = None
    rows: tuple[MetricsRow, ...] = ()
    download: Download | None = None
    told_at: float = 0.0
    """When the newest row came, by this machine's monotonic clock."""

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

    def eta_seconds(self, now: float | None = None) -> float | None:
        """The epochs left, each as long as the mean of those done, less what has gone by of the first of them."""
        if self.status is not Status.RUNNING or not self.rows:
            return None
        mean = sum(row.seconds for row in self.rows) / len(self.rows)
        gone = max(0.0, (time.monotonic() if now is None else now) - self.told_at)
        return max(0.0, (self.epochs - self.epoch) * mean - min(gone, mean))

    def after(self, event: StreamEvent) -> "Run":
        """The run once the event is known."""
        match event.data:
            case ExperimentRecord() as record:
                return replace(self, record=record, rows=self._kept(record))
            case MetricsRow() as row:
                return replace(self, rows=(*self.rows, row), download=None, told_at=time.monotonic())
            case LogLine() as line if share := _SHARE.fullmatch(line.message):
                return replace(self, download=_unfinished(share[1], int(share[2])))
            case _:
                return self

    def _kept(self, record: ExperimentRecord) -> tuple[MetricsRow, ...]:
        """The rows of the epochs that are done: none any more where a sweep's retry has begun the run anew."""
        done = record.progress.epoch
        return self.rows if self.epoch <= done else tuple(row for row in self.rows if row.epoch <= done)


def _unfinished(file: str, percent: int) -> Download | None:
    return Download(file, percent) if percent < 100 else None
