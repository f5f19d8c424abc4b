"""The slots of a worker, and the jobs that run in them."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from gradus.device_name import CpuName
from hub.cpu_load import CpuLoad
from hub.hub import Hub
from hub.ids import new_id
from hub.jobs import claims, turns
from hub.jobs.leases import new_write
from worker.cores import Cores
from worker.database_retry import with_retry
from worker.free_slots import FreeSlots
from worker.job_run import JobRun
from worker.shutdown import Shutdown
from worker.slot import Slot
from worker.trainer_process import TrainerLost

logger = logging.getLogger(__name__)


class SlotPool:
    """Runs jobs, at most one per slot at a time."""

    def __init__(
        self,
        hub: Hub,
        shutdown: Shutdown,
        slots: Sequence[Slot],
        cores: Cores,
        load: CpuLoad,
        *,
        on_demand: bool = False,
        kept_warm: int = 1,
        most_on_gpu: int = 1,
    ) -> None:
        """The runs share the `cores`; `load` tells how many of them other programs use. With `on_demand`, the slots are
        on a CPU, and no trainer starts before the first job. `kept_warm` trainers stay however long there is no job. On
        a GPU, only the first `most_on_gpu` slots are used."""
        self.id = new_id("wrk")
        self._hub = hub
        self._shutdown = shutdown
        self._slots = slots
        self._cores, self.sample_load = cores, load.sample
        self._on_demand, self._kept_warm, self._most_on_gpu = on_demand, kept_warm, most_on_gpu
        self._own = str(CpuName(1))
        self._free = FreeSlots()
        self._runs: set[JobRun] = set()
        self._messages_received = 0

    def open(self) -> None:
        """Make the slots free, once the first trainer is ready; the others start when they are needed.

        Raises:
            TrainerLost: the trainer ended before it was ready.
        """
        first = self._slots[0]
        if not self._on_demand:
            self._own = first.warm()
            if not self._own.startswith("cpu"):
                self._slots = self._slots[: self._most_on_gpu]
        for slot in (*self._slots[1:], first):
            self._free.put(slot)

    @property
    def device(self) -> str:
        """The name of the device, with the maximum number of threads of a run. Before the first trainer has started, it
        lacks what only a trainer can tell, such as the instruction set of a CPU."""
        return self._cores.name(self._own)

    def rest(self) -> None:
        """End trainers that have had no job for long."""
        self._free.rest(self._kept_warm)

    @property
    def size(self) -> int:
        """Number of slots."""
        return len(self._slots)

    @property
    def cores(self) -> int:
        """Number of cores that the runs share."""
        return self._cores.total

    @property
    def running(self) -> int:
        """Number of running jobs."""
        return len(self._runs)

    @property
    def pids(self) -> Sequence[int]:
        """The processes of the trainers."""
        return [pid for slot in self._slots if (pid := slot.pid) is not None]

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
        return bool(self._free)

    def run_job(self, job_id: str, kinds: Sequence[str] = ()) -> None:
        """When the message of a job arrives, claim the job whose turn it is, which may be another job, and train it;
        does nothing if no job waits. `kinds` are the kinds of devices whose jobs this worker trains."""
        self._messages_received += 1
        slot = self._free.take()
        try:
            self._own = slot.warm()
            if not self._shutdown.begun:
                self._claim_and_run(job_id, kinds, slot)
            if not self._shutdown.begun:
                slot.warm()  # replace a lost trainer now, before the next job waits for it
        except TrainerLost as lost:
            logger.warning("%s; %s stays in the queue", lost, job_id)
        finally:
            self._cores.release(slot)
            self._free.put(slot)

    def close(self) -> None:
        """End the trainers."""
        for slot in self._slots:
            slot.close()

    def _claim_and_run(self, job_id: str, kinds: Sequence[str], slot: Slot) -> None:
        settings = self._hub.settings
        term = timedelta(seconds=settings.lease_seconds)
        write = new_write()
        choose = partial(self._cores.choose, slot, self._own)

        def claim(session: Session) -> claims.Claim | None:
            most = settings.quotas.running
            claimed = claims.claim_next(session, job_id, self.id, choose, kinds, term, most, write)
            if claimed is not None:
                turns.begin(session, claimed.lease.job_id, settings.turn_seconds)
            return claimed

        claimed = with_retry(self._hub.write, claim, lambda: self._shutdown.begun)
        if claimed is None:
            return
        run = JobRun(self._hub, claimed, slot.trainer, self._shutdown, kinds)
        self._runs.add(run)  # may be a second run of the same job, if this worker let the job's lease expire
        with ExitStack() as on_error:
            on_error.callback(slot.close)  # a trainer without a run must not report to the next run
            try:
                run.follow()
            finally:
                self._runs.discard(run)
            on_error.pop_all()
