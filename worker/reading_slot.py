"""The reading slot of a worker: reads one version of a data set at a time."""

from sqlalchemy.orm import Session

from hub.datasets import reading_claims
from hub.datasets.reading_claims import Reading
from hub.hub import Hub
from worker.message_slot import MessageSlot
from worker.reading_job import ReadingJob
from worker.shutdown import Shutdown
from worker.work_folders import WorkFolders


class ReadingSlot(MessageSlot):
    """Takes messages about versions to read."""

    def __init__(self, hub: Hub, owner: str, shutdown: Shutdown) -> None:
        folders = WorkFolders(hub, hub.settings.data_dir / "reading", reading_claims.is_current)
        super().__init__(hub, owner, shutdown, folders)

    def take(self, id_: str) -> None:
        """Claim a version and read it; does nothing if another worker holds it."""

        def claim(session: Session) -> Reading | None:
            return reading_claims.claim(session, id_, self._owner, self._hub.settings)

        reading = self._claimed(claim)
        if reading is not None:
            folder = self._folders.path(id_, reading.lease.token)
            ReadingJob(self._hub, reading, folder, self._shutdown).run()

    def _next(self, seconds: float) -> str | None:
        return self._hub.queue.next_reading(seconds)
