"""The slots of a worker and the runs in them."""

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
from worker.job_run import JobRun
from worker.retry import patiently
from worker.shutdown import Shutdown
from worker.slot import Slot
from worker.trainer_process import TrainerLost

logger = logging.getLogger(__name__)


class SlotPool:
    """Takes up jobs, as many at once as there are slots."""

    def __init__(self, hub: Hub, slots: Sequence[Slot], shutdown: Shutdown) -> None:
        self.id = new_id("wrk")
        self._hub = hub
        self._shutdown = shutdown
        self._slots = slots
        self._free: SimpleQueue[Slot] = SimpleQueue()
        self._runs: set[JobRun] = set()
        self._taken = 0

    def warm(self) -> str:
        """Wait until every trainer is ready; the device on which they train.

        Raises:
            TrainerLost: one ended before that.
        """
        for slot in self._slots:
            self.device = slot.warm()
            self._free.put(slot)
        return self.device

    @property
    def size(self) -> int:
        """Jobs at once."""
        return len(self._slots)

    @property
    def running(self) -> int:
        """Jobs now."""
        return len(self._runs)

    def wake(self, job_id: str) -> None:
        """A person wants something of a job; it may be another worker's."""
        for run in tuple(self._runs):
            if run.job_id == job_id:
                run.wake()

    @property
    def taken(self) -> int:
        """Hints that it was given."""
        return self._taken

    @property
    def has_room(self) -> bool:
        """Whether a slot waits for a job."""
        return not self._free.empty()

    def take_up(self, job_id: str) -> None:
        """Train a job, if nobody else does: what a hint asks for."""
        self._taken += 1
        slot = self._free.get()
        try:
            slot.warm()
            if not self._shutdown.begun:
                self._claim_and_run(job_id, slot)
            if not self._shutdown.begun:
                slot.warm()  # a lost trainer is replaced now and not when the next job waits for it
        except TrainerLost as lost:
            logger.warning("%s; %s waits in the queue", lost, job_id)
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

        claimed = patiently(self._hub.write, claim, lambda: self._shutdown.begun)
        if claimed is None:
            return
        run = JobRun(self._hub, claimed, slot.trainer, self._shutdown)
        self._runs.add(run)  # beside the one before, if this worker takes up a job whose lease it has let run out
        with ExitStack() as trouble:
            trouble.callback(slot.close)  # a trainer that nobody follows any more must not report to the next run
            try:
                run.follow()
            finally:
                self._runs.discard(run)
            trouble.pop_all()
