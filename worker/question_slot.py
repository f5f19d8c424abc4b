"""A question slot of a worker: answers one question at a time."""

import logging
from datetime import timedelta

from sqlalchemy.orm import Session

from hub.hub import Hub
from hub.messaging.queue import QUESTIONS
from hub.questions import leases
from hub.questions.leases import ClaimedQuestion
from hub.questions.question import NewerQuestion
from worker.message_slot import MessageSlot
from worker.question_job import QuestionJob
from worker.shutdown import Shutdown
from worker.trainer.process_limits import machine_gib
from worker.work_folders import WorkFolders

MEMORY_GIB = 4.0
"""Default memory limit for one answer; half of the machine's memory if that is less."""

logger = logging.getLogger(__name__)


class QuestionSlot(MessageSlot):
    """Takes messages about questions."""

    def __init__(
        self, hub: Hub, owner: str, shutdown: Shutdown, memory: float | None = None, lane: str = QUESTIONS
    ) -> None:
        """`memory` is the memory limit of a slot in GiB; `lane` is the queue that it serves."""
        super().__init__(hub, owner, shutdown, WorkFolders(hub, hub.settings.data_dir / "questions", leases.is_current))
        self._lane = lane
        self._memory = memory or min(MEMORY_GIB, machine_gib() / 2)

    def take(self, id_: str) -> None:
        """Claim a question and answer it; does nothing if another worker holds it."""
        term = timedelta(seconds=self._hub.settings.lease_seconds)

        def claim(session: Session) -> ClaimedQuestion | None:
            return leases.claim(session, id_, self._owner, term)

        try:
            claimed = self._claimed(claim)
        except NewerQuestion as newer:  # the reconciler sends its message again
            logger.warning("%s is left to other workers: %s", id_, newer.detail)
            return
        if claimed is not None:
            folder = self._folders.path(id_, claimed.lease.token)
            QuestionJob(self._hub, claimed, folder, self._memory, self._shutdown).run()

    def _next(self, seconds: float) -> str | None:
        return self._hub.queue.next_question(seconds, self._lane)
