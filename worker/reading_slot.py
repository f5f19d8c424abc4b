"""The reading slot of a worker: reads one version of a data set at a time, however many slots train."""

from sqlalchemy.orm import Session

from hub.datasets import reading_claims
from hub.datasets.reading_claims import Reading
from hub.hub import Hub
from hub.messaging.redis_errors import REDIS_TROUBLE
from worker.database_retry import with_retry
from worker.reading_job import ReadingJob
from worker.shutdown import Shutdown
from worker.work_folders import WorkFolders

WAIT_SECONDS = 0.5
"""Time for which the queue is asked at once."""


class ReadingSlot:
    """Takes messages about versions to read. `serve` runs on a thread of its own."""

    def __init__(self, hub: Hub, owner: str, shutdown: Shutdown) -> None:
        self._hub = hub
        self._owner = owner
        self._shutdown = shutdown
        self._folders = WorkFolders(hub, hub.settings.data_dir / "reading", reading_claims.is_current)

    def serve(self) -> None:
        """Take one message, if there is one, and read what it names."""
        self._folders.tidy()
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
        folder = self._folders.path(version_id, reading.lease.token)
        ReadingJob(self._hub, reading, folder, self._shutdown).run()
