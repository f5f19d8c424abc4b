"""The slots of a worker, and the jobs that run in them."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from queue import SimpleQueue

from sqlalchemy.orm import Session

from hub.hub import Hub
from hub.ids import new_id
from hub.jobs import claims
from hub.jobs.leases import new_write
from worker.database_retry import with_retry
from worker.job_run import JobRun
from worker.shutdown import Shutdown
from worker.slot import Slot
from worker.trainer_process import TrainerLost

logger = logging.getLogger(__name__)


class SlotPool:
    """Runs jobs, at most one per slot at a time."""

    def __init__(self, hub: Hub, slots: Sequence[Slot], shutdown: Shutdown) -> None:
        self.id = new_id("wrk")
        self._hub = hub
        self._shutdown = shutdown
        self._slots = slots
        self._free: SimpleQueue[Slot] = SimpleQueue()
        self._runs: set[JobRun] = set()
        self._messages_received = 0

    def warm(self) -> str:
        """Wait until every trainer is ready; returns their device.

        Raises:
            TrainerLost: a trainer ended before it was ready.
        """
        for slot in self._slots:
            self.device = slot.warm()
            self._free.put(slot)
        return self.device

    @property
    def size(self) -> int:
        """Number of slots."""
        return len(self._slots)

    @property
    def running(self) -> int:
        """Number of running jobs."""
        return len(self._runs)

    def wake(self, job_id: str) -> None:
        """Handle a user's request for a job at once, if the job runs here."""
        for run in tuple(self._runs):
            if run.job_id == job_id:
                run.wake()

    @property
    def messages_received(self) -> int:
        """Number of messages received so far."""
        return self._messages_received

    @property
    def has_free_slot(self) -> bool:
        """Whether a slot is free."""
        return not self._free.empty()

    def run_job(self, job_id: str) -> None:
        """Claim a job and train it; does nothing if another worker holds it."""
        self._messages_received += 1
        slot = self._free.get()
        try:
            slot.warm()
            if not self._shutdown.begun:
                self._claim_and_run(job_id, slot)
            if not self._shutdown.begun:
                slot.warm()  # replace a lost trainer now, before the next job waits for it
        except TrainerLost as lost:
            logger.warning("%s; %s stays in the queue", lost, job_id)
        finally:
            self._free.put(slot)

    def close(self) -> None:
        """End the trainers."""
        for slot in self._slots:
            slot.close()

    def _claim_and_run(self, job_id: str, slot: Slot) -> None:
        term = timedelta(seconds=self._hub.settings.lease_seconds)

        write = new_write()

        def claim(session: Session) -> claims.Claim | None:
            return claims.claim(session, job_id, self.id, self.device, term, self._hub.settings.quotas.running, write)

        claimed = with_retry(self._hub.write, claim, lambda: self._shutdown.begun)
        if claimed is None:
            return
        run = JobRun(self._hub, claimed, slot.trainer, self._shutdown)
        self._runs.add(run)  # may be a second run of the same job, if this worker let the job's lease expire
        with ExitStack() as on_error:
            on_error.callback(slot.close)  # a trainer without a run must not report to the next run
            try:
                run.follow()
            finally:
                self._runs.discard(run)
            on_error.pop_all()
