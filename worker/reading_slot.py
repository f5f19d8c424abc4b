"""The reading slot of a worker: reads one version of a data set at a time, however many slots train."""

import logging
import shutil
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy.orm import Session

from hub.database.database import DATABASE_AWAY
from hub.datasets import reading_claims
from hub.datasets.reading_claims import Reading
from hub.hub import Hub
from hub.messaging.redis_errors import REDIS_TROUBLE
from worker.database_retry import with_retry
from worker.reading_job import ReadingJob
from worker.shutdown import Shutdown

WAIT_SECONDS = 0.5
"""Time for which the queue is asked at once."""
TIDY_SECONDS = 60.0
"""Time between two searches for folders that killed workers have left."""

logger = logging.getLogger(__name__)


class ReadingSlot:
    """Takes messages about versions to read. `serve` runs on a thread of its own."""

    def __init__(self, hub: Hub, owner: str, shutdown: Shutdown) -> None:
        self._hub = hub
        self._owner = owner
        self._shutdown = shutdown
        self._folder = hub.settings.data_dir / "reading"
        self._tidied = -TIDY_SECONDS

    def serve(self) -> None:
        """Take one message, if there is one, and read what it names."""
        if time.monotonic() - self._tidied > TIDY_SECONDS:
            self._tidied = time.monotonic()
            self._tidy()
        try:
            version_id = self._hub.queue.next_reading(WAIT_SECONDS)
        except REDIS_TROUBLE:
            self._shutdown.wait(WAIT_SECONDS)
            return
        if version_id is not None and not self._shutdown.begun:
            self.read(version_id)

    def read(self, version_id: str) -> None:
        """Claim a version and read it; does nothing if another worker holds it."""

        def claim(session: Session) -> Reading | None:
            return reading_claims.claim(session, version_id, self._owner, self._hub.settings)

        reading = with_retry(self._hub.write, claim, lambda: self._shutdown.begun)
        if reading is None:
            return
        folder = self._folder / f"{version_id}-{reading.lease.token}"
        folder.mkdir(parents=True, exist_ok=True)
        ReadingJob(self._hub, reading, folder, self._shutdown).run()

    def _tidy(self) -> None:
        """Delete folders of readings that are over: their worker was killed."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            version_id, _, token = folder.name.rpartition("-")
            with suppress(*DATABASE_AWAY), self._hub.read() as session:
                if not (token.isdecimal() and reading_claims.is_current(session, version_id, int(token))):
                    _delete(folder)


def _delete(folder: Path) -> None:
    logger.info("deleting %s, which a lost reading has left", folder)
    shutil.rmtree(folder, ignore_errors=True)
