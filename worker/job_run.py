"""The run of one claimed job: sends the specs and users' requests to the trainer, and passes on what it reports."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence, Set
from typing import assert_never

from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from hub.database.database import DATABASE_AWAY
from hub.hub import Hub
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.claims import Claim
from hub.jobs.giving_way import Slot
from hub.jobs.leases import LeaseLost
from worker.hang_detection import HangDetector
from worker.job_record import JobRecord
from worker.shutdown import Shutdown
from worker.stops import Stops
from worker.trainer.protocol import (
    CheckpointWritten,
    Ended,
    EpochDone,
    Found,
    Idle,
    LogLine,
    Pulse,
    Ready,
    Report,
    StepReached,
    Stop,
    Stopped,
    Train,
    Trainee,
    TrainingStarted,
)
from worker.trainer_process import OutOfMemory, TrainerLost, TrainerProcess
from worker.turn import Turn

POLL_SECONDS = 0.5
"""How often the database is polled for users' requests; a message on the control channel triggers a poll at once."""
STOPPING_POLL_SECONDS = 0.05
"""How often the trainer is polled while it stops."""
STOP_SECONDS = 0.75
"""Timeout for a trainer that writes a checkpoint because a user pauses the run. A checkpoint that is written later is
recorded nevertheless, unless the run has continued from the previous one."""
SHUTDOWN_STOP_SECONDS = 2.0
"""Replaces `STOP_SECONDS` while the worker shuts down. A run that does not stop in time continues from its previous
checkpoint."""
TURN_STOP_SECONDS = 30.0
"""Replaces `STOP_SECONDS` at the end of a turn. It is longer, because nobody waits for an answer, and the training
since the last checkpoint would be lost."""
SHUTDOWN_REASON = "the worker is shutting down: the run goes back into the queue"
TURN_REASON = "others wait and the turn of this run is over: it goes back into the queue"

logger = logging.getLogger(__name__)


class JobRun:
    """Trains one job, from the claim until the job ends or goes back to the queue."""

    def __init__(
        self, hub: Hub, claim: Claim, trainer: TrainerProcess, shutdown: Shutdown, kinds: Sequence[str] = ()
    ) -> None:
        """When its turn is over, the job gives way to jobs that wait for these kinds of devices."""
        self._settings = settings = hub.settings
        self._claim = claim
        self._trainer = trainer
        self._shutdown = shutdown
        self._record = JobRecord(hub, claim, lambda: shutdown.overdue)
        self._has_started = False
        self._stops = Stops()
        self._slot = Slot(kinds, settings.quotas.running)
        self._turn = Turn(settings.turn_seconds)
        self._gives_way = False
        self._poll_requested = threading.Event()
        self._poll_at = 0.0
        self._hang = HangDetector(settings.hang_seconds)

    @property
    def job_id(self) -> str:
        """The id of the job."""
        return self._record.job_id

    def wake(self) -> None:
        """Poll the database for users' requests at once."""
        self._poll_requested.set()
        self._trainer.wake()

    def follow(self) -> None:
        """Train until the job ends, the lease or the trainer is lost, or the worker shuts down."""
        try:
            self._follow()
        except DATABASE_AWAY:
            logger.warning("%s was not handed back to the queue: its lease will expire", self.job_id)

    def _follow(self) -> None:
        try:
            self._train()
        except LeaseLost as lost:
            logger.warning("%s: its trainer stops", lost)
            self._release_trainer(lambda _: None)
            self._record.delete_orphaned_checkpoints()

    def _train(self) -> None:
        try:
            self._trainer.send(self._train_command())
            while self._unfinished and not self._shutdown.begun:
                is_stopping = self._stops.among(self._unfinished)
                report = self._trainer.receive(STOPPING_POLL_SECONDS if is_stopping else POLL_SECONDS)
                self._hang.follow(self._trainer, report)
                self._handle(report)
                if self._unfinished:  # else the lease is given up already
                    self._poll()
        except TrainerLost as lost:
            return self._handle_loss(lost)
        if self._unfinished:
            return self._hand_back()
        return self._release_trainer(self._record_late_checkpoint)

    def _handle_loss(self, lost: TrainerLost) -> None:
        """Retry with another trainer; after running out of memory, fail, as a retry would run out of memory too."""
        logger.warning("%s: %s", self.job_id, lost)
        if isinstance(lost, OutOfMemory):
            self._record.fail_all(Failure(code=FailureCode.OUT_OF_MEMORY, message=str(lost)))
        else:
            self._record.add_loss(str(lost))

    def _train_command(self) -> Train:
        claim, settings = self._claim, self._settings
        return Train(
            trainees=tuple(Trainee.model_validate(one, from_attributes=True) for one in claim.members),
            places=claim.places,
            dataset_dirs=tuple(map(str, settings.dataset_dirs)),
            artifacts_url=settings.artifacts_url,
            table=claim.table,
            device=claim.device,
            token=claim.lease.token,
            pulse_seconds=min(POLL_SECONDS, settings.hang_seconds / 10),
            checkpoint_seconds=settings.checkpoint_seconds,
        )

    def _handle(self, report: Report | None) -> None:
        """Record a report of the trainer."""
        match report:
            case EpochDone():
                self._record.add_epoch(report)
                self._turn.begin_epoch()
            case CheckpointWritten(id=one, saved=saved):
                self._record.add_checkpoint(one, saved)
            case LogLine() | StepReached() | Found():
                self._record.log(report)
            case TrainingStarted(priors=priors):
                self._has_started = True
                self._turn.begin_epoch(first=True)
                self._record.begin(priors)
            case Stopped(id=one, saved=at) if one in self._unfinished:
                self._release(one, at)
            case Stopped():  # the member was released after the timeout
                self._record_late_checkpoint(report)
            case Ended():
                self._record.end(report)
            case Idle() | Ready():
                raise TrainerLost("the trainer lost track of its job")
            case Pulse() | None:
                pass
            case _:
                assert_never(report)

    def _poll(self) -> None:
        """Renew the lease, handle users' requests, and give way to others, each when it is due."""
        now = time.monotonic()
        self._record.renew()
        if now >= self._poll_at or self._poll_requested.is_set():
            self._poll_requested.clear()
            self._handle_requests()
            self._poll_at = now + POLL_SECONDS
        if not self._gives_way and self._unfinished and self._turn.is_due():
            self._give_way()
        self._release_overdue()

    def _handle_requests(self) -> None:
        """Cancel and pause runs as requested. The trainer is told first, and stops within a step."""
        requested = self._record.requests()
        if cancelled := [one for one, status in requested.items() if status is Status.CANCELLED]:
            self._trainer.send(Stop(ids=tuple(cancelled)))
            for one in cancelled:
                self._release(one, None)
        self._stop(requested.keys() - set(cancelled), STOP_SECONDS)

    def _give_way(self) -> None:
        """If another run would start in this slot, stop all members at a checkpoint: they go back into the queue."""
        self._gives_way = self._record.give_way(self._slot)
        if self._gives_way:
            self._stop(self._unfinished, TURN_STOP_SECONDS)

    def _stop(self, ids: Collection[str], seconds: float) -> None:
        """Stop members at a checkpoint; before the first step there is nothing to write."""
        if new := self._stops.ask(ids, seconds if self._has_started else 0.0):
            self._trainer.send(Stop(ids=new, keep=self._has_started))

    def _release_overdue(self) -> None:
        """Release members that did not stop before their deadline."""
        for one in self._stops.overdue(self._unfinished):
            self._release(one, None)

    def _release(self, one: str, saved: CheckpointRef | None) -> None:
        why = SHUTDOWN_REASON if self._shutdown.begun else TURN_REASON if self._gives_way else ""
        self._record.release(one, saved, why)

    def _record_late_checkpoint(self, report: Report) -> None:
        """Record a checkpoint that was written after its member was released."""
        if isinstance(report, Stopped | CheckpointWritten) and report.saved is not None:
            self._record.add_late_checkpoint(report.id, report.saved)

    def _hand_back(self) -> None:
        """Stop all members at a checkpoint, from which another worker can continue."""
        try:
            self._stop(self._unfinished, SHUTDOWN_STOP_SECONDS)
            while self._unfinished:
                self._handle(self._trainer.receive(STOPPING_POLL_SECONDS))
                self._release_overdue()
        except TrainerLost as lost:
            logger.warning("%s: %s", self.job_id, lost)
            self._record.hand_back(SHUTDOWN_REASON)

    def _release_trainer(self, on_report: Callable[[Report], None]) -> None:
        """Make the trainer ready for the next job. Not needed in a shutdown, after which there is no next job."""
        if self._shutdown.begun:
            return
        try:
            self._trainer.finish_job(self._unfinished, on_report, self._settings.stop_seconds)
        except TrainerLost as lost:
            logger.warning("%s: %s", self.job_id, lost)

    @property
    def _unfinished(self) -> Set[str]:
        return self._record.unfinished
