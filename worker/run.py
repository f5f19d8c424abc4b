"""One claimed job: the trainer's reports go into the database, what people want goes to the trainer."""

import logging
import threading
import time
from collections.abc import Callable
from typing import assert_never

from sqlalchemy.orm import Session

from gradus.status import Status
from hub import runs
from hub.hub import Hub
from hub.leases import LeaseLost
from worker.child import Trainer, TrainerLost
from worker.patience import DATABASE_AWAY, patiently
from worker.stopping import Stopping
from worker.trainer.protocol import Ended, EpochDone, Idle, Ready, Report, Said, Stop, Train, Trainee

LOOK_SECONDS = 0.5
"""How often the database is asked what people want; the bell makes it sooner."""

logger = logging.getLogger(__name__)


class Run:
    """Follows one job from its claim to its end, whatever that is."""

    def __init__(self, hub: Hub, claim: runs.Claim, trainer: Trainer, stopping: Stopping) -> None:
        self._hub = hub
        self._lease = claim.lease
        self._members = claim.members
        self._trainer = trainer
        self._stopping = stopping
        self._open = {member.id for member in claim.members}
        self._rang = threading.Event()
        self._look_at = 0.0
        self._renew_at = self._next_renewal()

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
        except LeaseLost as lost:
            logger.warning("%s: its trainer stops", lost)
            self._settle()
        except DATABASE_AWAY:
            logger.warning("%s was not handed back: its lease will run out", self.job_id)

    def _follow(self) -> None:
        try:
            self._trainer.send(self._order())
            while self._open and not self._stopping.begun:
                self._take(self._trainer.receive(LOOK_SECONDS))
                self._look()
        except TrainerLost as lost:
            why = str(lost)
            logger.warning("%s: %s", self.job_id, why)
            return self._write(lambda session: runs.lose(session, self._lease, why))
        if self._open:
            why = "the worker stops: back into the queue"
            return self._write(lambda session: runs.hand_back(session, self._lease, why))
        return self._settle()

    def _order(self) -> Train:
        members = (Trainee(id=one.id, spec=one.spec, epoch=one.epoch, seconds=one.seconds) for one in self._members)
        return Train(trainees=tuple(members), dataset_dirs=tuple(map(str, self._hub.settings.dataset_dirs)))

    def _take(self, report: Report | None) -> None:
        """Write down what the trainer reports."""
        match report:
            case EpochDone(members=members):
                epochs = {one.id: runs.Epoch(one.row, one.best) for one in members}
                self._write(lambda session: runs.record_epochs(session, self._lease, epochs))
                self._renew_at = self._next_renewal()
            case Said(id=one, message=message):
                self._write(lambda session: runs.say(session, self._lease, one, message))
            case Ended(id=one, status=status, failure=failure, why=why):
                self._write(lambda session: runs.end(session, self._lease, one, status, failure, why))
                self._open.discard(one)
            case Idle() | Ready():
                raise TrainerLost("the trainer lost track of its job")
            case None:
                pass
            case _:
                assert_never(report)

    def _look(self) -> None:
        """Give the lease's sign of life, and do what people want, when it is time."""
        now = time.monotonic()
        if now >= self._renew_at:
            self._write(lambda session: runs.heartbeat(session, self._lease))
            self._renew_at = self._next_renewal()
        if now >= self._look_at or self._rang.is_set():
            self._rang.clear()
            self._obey()
            self._look_at = now + LOOK_SECONDS

    def _obey(self) -> None:
        """End at once what people want ended: the trainer is told first, and lets go within a step."""
        wanted = patiently(
            self._hub.read, lambda session: runs.requests(session, self.job_id), lambda: self._stopping.overdue
        )
        wanted = {one: status for one, status in wanted.items() if one in self._open}
        if not wanted:
            return
        self._trainer.send(Stop(ids=tuple(wanted)))
        for one, status in wanted.items():
            self._end(one, status)

    def _end(self, one: str, status: Status) -> None:
        self._write(lambda session: runs.end(session, self._lease, one, status))
        self._open.discard(one)

    def _settle(self) -> None:
        """Get the trainer ready for the next job; a worker that stops has none."""
        if self._stopping.begun:
            return
        try:
            self._trainer.settle(self._open)
        except TrainerLost as lost:
            logger.warning("%s: %s", self.job_id, lost)

    def _write(self, act: Callable[[Session], None]) -> None:
        patiently(self._hub.write, act, lambda: self._stopping.overdue)

    def _next_renewal(self) -> float:
        return time.monotonic() + self._lease.renewal.total_seconds()
