"""A question slot of a worker: answers one question at a time, however many slots train."""

from datetime import timedelta

from sqlalchemy.orm import Session

from hub.hub import Hub
from hub.messaging.queue import QUESTIONS
from hub.messaging.redis_errors import REDIS_TROUBLE
from hub.questions import leases
from hub.questions.leases import ClaimedQuestion
from worker.database_retry import with_retry
from worker.question_job import QuestionJob
from worker.shutdown import Shutdown
from worker.trainer.process_limits import machine_gib
from worker.work_folders import WorkFolders

WAIT_SECONDS = 0.5
"""Time for which the queue is asked at once."""
MEMORY_GIB = 4.0
"""Limit of the memory for one answer, unless the worker has another; half of the machine's if that is less."""


class QuestionSlot:
    """Takes messages about questions. `serve` runs on a thread of its own."""

    def __init__(
        self, hub: Hub, owner: str, shutdown: Shutdown, memory: float | None = None, lane: str = QUESTIONS
    ) -> None:
        """`memory` is the memory limit of a slot in GiB; `lane` is the queue that it serves."""
        self._lane = lane
        self._hub = hub
        self._owner = owner
        self._shutdown = shutdown
        self._memory = memory or min(MEMORY_GIB, machine_gib() / 2)
        self._folders = WorkFolders(hub, hub.settings.data_dir / "questions", leases.is_current)

    def serve(self) -> None:
        """Take one message, if there is one, and answer what it names."""
        self._folders.tidy()
        try:
            question_id = self._hub.queue.next_question(WAIT_SECONDS, self._lane)
        except REDIS_TROUBLE:
            self._shutdown.wait(WAIT_SECONDS)
            return
        if question_id is not None and not self._shutdown.begun:
            self.answer(question_id)

    def answer(self, question_id: str) -> None:
        """Claim a question and answer it; does nothing if another worker holds it."""
        term = timedelta(seconds=self._hub.settings.lease_seconds)

        def claim(session: Session) -> ClaimedQuestion | None:
            return leases.claim(session, question_id, self._owner, term)

        claimed = with_retry(self._hub.write, claim, lambda: self._shutdown.begun)
        if claimed is None:
            return
        folder = self._folders.path(question_id, claimed.lease.token)
        QuestionJob(self._hub, claimed, folder, self._memory, self._shutdown).run()
