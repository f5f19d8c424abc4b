"""The log lines and progress of a reading. A separate thread writes them to the data set's log while it renews the
lease."""

import logging
import threading
import time

from gradus.wire.event import StepProgress
from hub.database.database import DATABASE_AWAY
from hub.datasets import events, readings
from hub.datasets.events import DatasetEvent, Event
from hub.datasets.reading_lease import ReadingLease
from hub.hub import Hub
from hub.jobs.leases import LeaseLost
from reading.messages import Log, Progress

PROGRESS_SECONDS = 1.0
"""Minimum time between two progress events."""

logger = logging.getLogger(__name__)


class ReadingLog:
    """Log lines and the newest progress of a reading. Thread-safe."""

    def __init__(self, hub: Hub, lease: ReadingLease) -> None:
        self._hub = hub
        self._lease = lease
        self._lost = threading.Event()
        self._over = threading.Event()
        self._new: list[Event] = []
        self._progress: StepProgress | None = None
        self._lock = threading.Lock()
        self._renewal = threading.Thread(target=self._renew, name="reading lease", daemon=True)

    @property
    def lease_is_lost(self) -> bool:
        """Whether another worker has taken the version, or it was deleted."""
        return self._lost.is_set()

    def start(self) -> None:
        """Renew the lease, and write new lines and progress, until `stop`."""
        self._renewal.start()

    def stop(self) -> None:
        """Stop renewing the lease."""
        self._over.set()
        self._renewal.join()

    def hear(self, said: Progress | Log) -> None:
        """Take a message of the reading process."""
        if isinstance(said, Log):
            self._add(events.line(said.text))
        else:
            self.reached(StepProgress(what=said.what, done=said.done, total=said.total, unit=said.unit))

    def warn(self, message: str) -> None:
        """Add a line about a problem."""
        self._add(events.line(message, "warning"))

    def reached(self, progress: StepProgress) -> None:
        """Take the newest progress, which replaces the previous one."""
        with self._lock:
            self._progress = progress

    def take(self) -> list[Event]:
        """Take the lines and the progress that have not been written yet."""
        with self._lock:
            new, self._new = self._new, []
            if self._progress is not None:
                new.append((DatasetEvent.PROGRESS, self._progress))
                self._progress = None
        return new

    def _add(self, line: Event) -> None:
        with self._lock:
            self._new.append(line)

    def _renew(self) -> None:
        """Store the new entries and renew the lease, at most once in `PROGRESS_SECONDS`."""
        renewal = self._lease.term.total_seconds() / 5
        renewed = time.monotonic()
        while not self._over.wait(min(PROGRESS_SECONDS, renewal)):
            new = self.take()
            if not new and time.monotonic() - renewed < renewal:
                continue
            try:
                with self._hub.write() as session:
                    readings.heartbeat(session, self._lease, new)
                renewed = time.monotonic()
            except LeaseLost as lost:
                logger.warning("%s", lost)
                self._lost.set()
                return
            except DATABASE_AWAY as error:
                logger.warning("the lease of %s cannot be renewed: %s", self._lease.version_id, error)
                with self._lock:
                    self._new = [*new, *self._new]
