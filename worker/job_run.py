"""The run of one claimed job: writes the trainer's reports to the database, and sends users' requests to the
trainer."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import assert_never

from sqlalchemy.orm import Session

from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from hub.database.database import DATABASE_AWAY
from hub.hub import Hub
from hub.jobs import checkpoints, claims, data_findings, giving_way, runs
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.giving_way import Slot
from hub.jobs.leases import Lease, LeaseLost
from worker.database_retry import with_retry, write_once
from worker.earlier_results import EarlierResults
from worker.hang_detection import HangDetector
from worker.run_histories import RunHistories
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
from worker.verification import look_after

POLL_SECONDS = 0.5
"""How often the database is polled for users' requests; a message on the control channel triggers a poll at once."""
STOPPING_POLL_SECONDS = 0.05
"""How often the trainer is polled while it stops."""
STOP_SECONDS = 0.75
"""Timeout for a trainer that writes a checkpoint because a user pauses the run. A checkpoint that is written later is
recorded nevertheless, unless the run has continued from the previous one."""
SHUTDOWN_STOP_SECONDS = 2.0
"""The same timeout while the worker shuts down; after it, the run continues from the previous checkpoint."""
TURN_STOP_SECONDS = 30.0
"""The same timeout at the end of a turn. It is longer, because nobody waits for an answer, and the training since the
last checkpoint would be lost."""
SHUTDOWN_REASON = "the worker is shutting down: the run goes back into the queue"
TURN_REASON = "others wait and the turn of this run is over: it goes back into the queue"

logger = logging.getLogger(__name__)


class JobRun:
    """Trains one job, from the claim until the job ends or goes back to the queue."""

    def __init__(
        self, hub: Hub, claim: claims.Claim, trainer: TrainerProcess, shutdown: Shutdown, kinds: Sequence[str] = ()
    ) -> None:
        """When its turn is over, the job gives way to jobs that wait for these kinds of devices."""
        self._hub = hub
        self._lease = claim.lease
        self._members = claim.members
        self._places = claim.places
        self._table = claim.table
        self._device = claim.device
        self._trainer = trainer
        self._shutdown = shutdown
        self._unfinished = {member.id for member in claim.members}
        earlier = EarlierResults(hub, lambda: shutdown.overdue)
        self._histories = RunHistories(claim.members, earlier.rows, earlier.reports)
        self._has_started = False
        self._stops = Stops()
        self._slot = Slot(kinds, hub.settings.quotas.running)
        self._turn = Turn(hub.settings.turn_seconds)
        self._gives_way = False
        self._poll_requested = threading.Event()
        self._poll_at = 0.0
        self._renew_at = self._next_renewal()
        self._hang = HangDetector(hub.settings.hang_seconds)

    @property
    def job_id(self) -> str:
        """The id of the job."""
        return self._lease.job_id

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
            self._delete_orphaned_checkpoints()

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
        why = str(lost)
        logger.warning("%s: %s", self.job_id, why)
        if not isinstance(lost, OutOfMemory):
            return self._write(lambda session, lease: runs.record_loss(session, lease, why))
        failure = Failure(code=FailureCode.OUT_OF_MEMORY, message=why)
        for one in tuple(self._unfinished):
            self._end(one, Status.FAILED, failure)
        return None

    def _train_command(self) -> Train:
        settings = self._hub.settings
        return Train(
            trainees=tuple(Trainee.model_validate(one, from_attributes=True) for one in self._members),
            places=self._places,
            dataset_dirs=tuple(map(str, settings.dataset_dirs)),
            artifacts_url=settings.artifacts_url,
            table=self._table,
            device=self._device,
            token=self._lease.token,
            pulse_seconds=min(POLL_SECONDS, settings.hang_seconds / 10),
            checkpoint_seconds=settings.checkpoint_seconds,
        )

    def _handle(self, report: Report | None) -> None:
        """Write a report of the trainer to the database."""
        match report:
            case EpochDone(members=members, peak_bytes=peak):
                found = self._histories.after_epoch(members)
                epochs = {
                    one.id: runs.EpochResult(one.row, one.best, one.saved, found.get(one.id), one.measured, peak)
                    for one in members
                }
                self._write(lambda session, lease: runs.record_epochs(session, lease, epochs))
                self._renew_at = self._next_renewal()
                self._turn.begin_epoch()
            case CheckpointWritten(id=one, saved=saved):
                self._write(lambda session, lease: runs.record_checkpoint(session, lease, one, saved))
            case LogLine() | StepReached() | Found():
                self._write_log(report)
            case TrainingStarted(priors=priors):
                self._has_started = True
                self._turn.begin_epoch(first=True)
                self._histories.begin(priors)
            case Stopped(id=one, saved=at) if one in self._unfinished:
                self._release(one, at)
            case Stopped():  # the member was released after the timeout
                self._record_late_checkpoint(report)
            case Ended():
                self._end_by_itself(report)
            case Idle() | Ready():
                raise TrainerLost("the trainer lost track of its job")
            case Pulse() | None:
                pass
            case _:
                assert_never(report)

    def _write_log(self, report: LogLine | StepReached | Found) -> None:
        """Write a log line, the progress of a long step, or findings to the experiments' logs."""
        match report:
            case LogLine(id=one, message=message, level=level):
                self._write(lambda session, lease: runs.write_log(session, lease, one, message, level))
            case StepReached(ids=ids, step=step):
                self._write(lambda session, lease: runs.report_progress(session, lease, ids, step))
            case Found(ids=ids, findings=findings):
                self._write(lambda session, lease: data_findings.record_findings(session, lease, ids, findings))

    def _poll(self) -> None:
        """Renew the lease, handle users' requests, and give way to others, each when it is due."""
        now = time.monotonic()
        if now >= self._renew_at:
            self._write(runs.heartbeat)
            self._renew_at = self._next_renewal()
        if now >= self._poll_at or self._poll_requested.is_set():
            self._poll_requested.clear()
            self._handle_requests()
            self._poll_at = now + POLL_SECONDS
        if not self._gives_way and self._unfinished and self._turn.is_due():
            self._give_way()
        self._release_overdue()

    def _handle_requests(self) -> None:
        """Cancel and pause runs as requested. The trainer is told first, and stops within a step."""
        requested = with_retry(
            self._hub.read, lambda session: runs.requests(session, self.job_id), lambda: self._shutdown.overdue
        )
        requested = {one: status for one, status in requested.items() if one in self._unfinished}
        if cancelled := [one for one, status in requested.items() if status is Status.CANCELLED]:
            self._trainer.send(Stop(ids=tuple(cancelled)))
            for one in cancelled:
                self._release(one, None)
        self._stop(requested.keys() - set(cancelled), STOP_SECONDS)

    def _give_way(self) -> None:
        """If another run would start in this slot, stop all members at a checkpoint: they go back into the queue."""
        self._gives_way = with_retry(
            self._hub.read,
            lambda session: giving_way.is_due(session, self._lease, self._slot),
            lambda: self._shutdown.overdue,
        )
        if self._gives_way:
            self._write(giving_way.begin)
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
        self._write(lambda session, lease: runs.release_experiment(session, lease, one, saved, why))
        self._unfinished.discard(one)

    def _record_late_checkpoint(self, report: Report) -> None:
        """Record a checkpoint that was written after its member was released."""
        if isinstance(report, Stopped | CheckpointWritten) and (saved := report.saved) is not None:
            one = report.id
            self._write(lambda session, lease: runs.record_late(session, lease, one, saved))

    def _end(self, one: str, status: Status, failure: Failure) -> None:
        self._write(lambda session, lease: runs.end(session, lease, one, status, failure))
        self._ended(one)

    def _ended(self, one: str) -> None:
        self._unfinished.discard(one)
        look_after(self._hub, one, lambda: self._shutdown.overdue)

    def _end_by_itself(self, report: Ended) -> None:
        one, found = report.id, self._histories.at_end(report)
        self._write(
            lambda session, lease: runs.end(
                session, lease, one, report.status, report.failure, report.why, report.epoch, found
            )
        )
        self._ended(one)

    def _hand_back(self) -> None:
        """Stop all members at a checkpoint, from which another worker can continue."""
        try:
            self._stop(self._unfinished, SHUTDOWN_STOP_SECONDS)
            while self._unfinished:
                self._handle(self._trainer.receive(STOPPING_POLL_SECONDS))
                self._release_overdue()
        except TrainerLost as lost:
            logger.warning("%s: %s", self.job_id, lost)
            self._write(lambda session, lease: runs.hand_back(session, lease, SHUTDOWN_REASON))

    def _delete_orphaned_checkpoints(self) -> None:
        """Delete checkpoints that the trainer wrote after the lease was lost: nothing refers to them."""

        def delete(session: Session) -> None:
            for member in self._members:
                checkpoints.delete_orphans(session, member.id, self._lease.token)

        with_retry(self._hub.write, delete, lambda: self._shutdown.overdue)

    def _release_trainer(self, on_report: Callable[[Report], None]) -> None:
        """Make the trainer ready for the next job. Not needed in a shutdown, after which there is no next job."""
        if self._shutdown.begun:
            return
        try:
            self._trainer.finish_job(self._unfinished, on_report)
        except TrainerLost as lost:
            logger.warning("%s: %s", self.job_id, lost)

    def _write(self, act: Callable[[Session, Lease], None]) -> None:
        write_once(self._hub.write, self._lease, act, lambda: self._shutdown.overdue)

    def _next_renewal(self) -> float:
        return time.monotonic() + self._lease.renewal.total_seconds()
