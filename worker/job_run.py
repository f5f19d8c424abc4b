"""One claimed job: the trainer's reports go into the database, what people want goes to the trainer."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import assert_never

from sqlalchemy.orm import Session

from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from hub.database.database import DATABASE_AWAY
from hub.hub import Hub
from hub.jobs import checkpoints, claims, runs
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.leases import Lease, LeaseLost
from worker.hang_detection import HangDetector
from worker.retry import patiently, write_once
from worker.shutdown import Shutdown
from worker.trainer.protocol import (
    Begun,
    Checkpointed,
    Ended,
    EpochDone,
    Idle,
    Pulse,
    Ready,
    Report,
    Said,
    StepReached,
    Stop,
    Stopped,
    Train,
    Trainee,
)
from worker.trainer_process import OutOfMemory, TrainerLost, TrainerProcess

LOOK_SECONDS = 0.5
"""How often the database is asked what people want; the bell makes it sooner."""

HURRY_SECONDS = 0.05
"""The same while a trainer is to stop."""
KEEP_SECONDS = 0.75
"""How long a person waits for a trainer to write where it stands. What comes later is named all the same, if nobody has
gone on from the checkpoint before."""
HAND_BACK_SECONDS = 2.0
"""How long a worker that stops waits for it; after that the checkpoint before has to do."""
HANDING_BACK = "the worker stops: back into the queue"

logger = logging.getLogger(__name__)


class JobRun:
    """Follows one job from its claim to its end, whatever that is."""

    def __init__(self, hub: Hub, claim: claims.Claim, trainer: TrainerProcess, shutdown: Shutdown) -> None:
        self._hub = hub
        self._lease = claim.lease
        self._members = claim.members
        self._places = claim.places
        self._trainer = trainer
        self._shutdown = shutdown
        self._open = {member.id for member in claim.members}
        self._begun = False
        self._stopped: dict[str, float] = {}
        self._rang = threading.Event()
        self._look_at = 0.0
        self._renew_at = self._next_renewal()
        self._hang = HangDetector(hub.settings.hang_seconds)

    @property
    def job_id(self) -> str:
        """The job."""
        return self._lease.job_id

    def wake(self) -> None:
        """Look at once for what people want."""
        self._rang.set()
        self._trainer.wake()

    def follow(self) -> None:
        """Train to the end of the job, of the lease, of the trainer or of the worker."""
        try:
            self._follow()
        except DATABASE_AWAY:
            logger.warning("%s was not handed back: its lease will run out", self.job_id)

    def _follow(self) -> None:
        try:
            self._train()
        except LeaseLost as lost:
            logger.warning("%s: its trainer stops", lost)
            self._settle(lambda _: None)
            self._tidy_up()

    def _train(self) -> None:
        try:
            self._trainer.send(self._order())
            while self._open and not self._shutdown.begun:
                report = self._trainer.receive(HURRY_SECONDS if self._stopped.keys() & self._open else LOOK_SECONDS)
                self._hang.follow(self._trainer, report)
                self._take(report)
                if self._open:  # else the job is given back already, and what is late is still to be named
                    self._look()
        except TrainerLost as lost:
            return self._lose(lost)
        if self._open:
            return self._hand_back()
        return self._settle(self._name_late)

    def _lose(self, lost: TrainerLost) -> None:
        """Try again with another trainer, unless it would fail, too."""
        why = str(lost)
        logger.warning("%s: %s", self.job_id, why)
        if not isinstance(lost, OutOfMemory):
            return self._write(lambda session, lease: runs.lose(session, lease, why))
        failure = Failure(code=FailureCode.OUT_OF_MEMORY, message=why)
        for one in tuple(self._open):
            self._end(one, Status.FAILED, failure)
        return None

    def _order(self) -> Train:
        settings = self._hub.settings
        return Train(
            trainees=tuple(Trainee.model_validate(one, from_attributes=True) for one in self._members),
            places=self._places,
            dataset_dirs=tuple(map(str, settings.dataset_dirs)),
            artifacts_url=settings.artifacts_url,
            token=self._lease.token,
            pulse_seconds=min(LOOK_SECONDS, settings.hang_seconds / 10),
            checkpoint_seconds=settings.checkpoint_seconds,
        )

    def _take(self, report: Report | None) -> None:
        """Write down what the trainer reports."""
        match report:
            case EpochDone(members=members):
                epochs = {one.id: runs.EpochResult(one.row, one.best, one.saved) for one in members}
                self._write(lambda session, lease: runs.record_epochs(session, lease, epochs))
                self._renew_at = self._next_renewal()
            case Checkpointed(id=one, saved=saved):
                self._write(lambda session, lease: runs.record_checkpoint(session, lease, one, saved))
            case Said() | StepReached():
                self._tell(report)
            case Begun():
                self._begun = True
            case Stopped(id=one, saved=at) if one in self._open:
                self._let_go(one, at)
            case Stopped():  # it answers too late
                self._name_late(report)
            case Ended(id=one, status=status, failure=failure, why=why, epoch=epoch):
                self._end(one, status, failure, why, epoch)
            case Idle() | Ready():
                raise TrainerLost("the trainer lost track of its job")
            case Pulse() | None:
                pass
            case _:
                assert_never(report)

    def _tell(self, report: Said | StepReached) -> None:
        """What goes on, for the logs of those that wait for it."""
        if isinstance(report, Said):
            self._write(lambda session, lease: runs.say(session, lease, report.id, report.message, report.level))
        else:
            self._write(lambda session, lease: runs.report_progress(session, lease, report.ids, report.step))

    def _look(self) -> None:
        """Give the lease's sign of life, and do what people want, when it is time."""
        now = time.monotonic()
        if now >= self._renew_at:
            self._write(runs.heartbeat)
            self._renew_at = self._next_renewal()
        if now >= self._look_at or self._rang.is_set():
            self._rang.clear()
            self._obey()
            self._look_at = now + LOOK_SECONDS
        self._give_up()

    def _obey(self) -> None:
        """Do what people want: the trainer is told first, and lets go within a step."""
        wanted = patiently(
            self._hub.read, lambda session: runs.requests(session, self.job_id), lambda: self._shutdown.overdue
        )
        wanted = {one: status for one, status in wanted.items() if one in self._open}
        if cancelled := [one for one, status in wanted.items() if status is Status.CANCELLED]:
            self._trainer.send(Stop(ids=tuple(cancelled)))
            for one in cancelled:
                self._let_go(one, None)
        self._stop(wanted.keys() - set(cancelled))

    def _stop(self, ids: Iterable[str]) -> None:
        """Make the trainer stop at a checkpoint; what has trained nothing yet stops without."""
        if new := [one for one in ids if one not in self._stopped]:
            self._trainer.send(Stop(ids=tuple(new), keep=self._begun))
            patience = HAND_BACK_SECONDS if self._shutdown.begun else KEEP_SECONDS
            give_up = time.monotonic() + (patience if self._begun else 0.0)
            self._stopped.update(dict.fromkeys(new, give_up))

    def _give_up(self) -> None:
        """Let go of what takes too long to stop."""
        for one, deadline in self._stopped.items():
            if one in self._open and time.monotonic() >= deadline:
                self._let_go(one, None)

    def _let_go(self, one: str, saved: CheckpointRef | None) -> None:
        why = HANDING_BACK if self._shutdown.begun else ""
        self._write(lambda session, lease: runs.let_go(session, lease, one, saved, why))
        self._open.discard(one)

    def _name_late(self, report: Report) -> None:
        """A checkpoint of what was let go before it was written."""
        if isinstance(report, Stopped | Checkpointed) and (saved := report.saved) is not None:
            one = report.id
            self._write(lambda session, lease: runs.record_late(session, lease, one, saved))

    def _end(self, one: str, status: Status, failure: Failure | None, why: str = "", epoch: int = 0) -> None:
        self._write(lambda session, lease: runs.end(session, lease, one, status, failure, why, epoch))
        self._open.discard(one)

    def _hand_back(self) -> None:
        """Stop everything at a checkpoint, for another worker to go on from there."""
        try:
            self._stop(tuple(self._open))
            while self._open:
                self._take(self._trainer.receive(HURRY_SECONDS))
                self._give_up()
        except TrainerLost as lost:
            logger.warning("%s: %s", self.job_id, lost)
            self._write(lambda session, lease: runs.hand_back(session, lease, HANDING_BACK))

    def _tidy_up(self) -> None:
        """What the trainer wrote after the lease was lost has no name, and goes."""

        def tidy(session: Session) -> None:
            for member in self._members:
                checkpoints.sweep(session, member.id, self._lease.token)

        patiently(self._hub.write, tidy, lambda: self._shutdown.overdue)

    def _settle(self, hear: Callable[[Report], None]) -> None:
        """Get the trainer ready for the next job; a worker that stops has none."""
        if self._shutdown.begun:
            return
        try:
            self._trainer.settle(self._open, hear)
        except TrainerLost as lost:
            logger.warning("%s: %s", self.job_id, lost)

    def _write(self, act: Callable[[Session, Lease], None]) -> None:
        write_once(self._hub.write, self._lease, act, lambda: self._shutdown.overdue)

    def _next_renewal(self) -> float:
        return time.monotonic() + self._lease.renewal.total_seconds()
