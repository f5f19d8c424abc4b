"""The record of one claimed job in the database, written under the job's lease: epochs, checkpoints, logs and
outcomes of its experiments."""

import time
from collections.abc import Callable, Mapping, Set
from typing import TypeVar

from sqlalchemy.orm import Session

from gradus.status import Status
from gradus.wire.experiment import Failure
from hub.hub import Hub
from hub.jobs import checkpoints, data_findings, giving_way, runs
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.claims import Claim
from hub.jobs.giving_way import Slot
from hub.jobs.leases import Lease
from insight.prior import Prior
from worker.database_retry import with_retry, write_once
from worker.earlier_results import EarlierResults
from worker.run_histories import RunHistories
from worker.trainer.protocol import Ended, EpochDone, Found, LogLine, StepReached
from worker.verification import look_after

T = TypeVar("T")


class JobRecord:
    """Reads and writes one job. While the database is unavailable, every call waits for it until the worker's shutdown
    is overdue.

    Raises:
        LeaseLost: by every method that writes, if the job now belongs to another worker.
        OperationalError: by every method, if the database is unavailable and the shutdown is overdue.
    """

    def __init__(self, hub: Hub, claim: Claim, overdue: Callable[[], bool]) -> None:
        self._hub = hub
        self._lease = claim.lease
        self._members = claim.members
        self._overdue = overdue
        earlier = EarlierResults(hub, overdue)
        self._histories = RunHistories(claim.members, earlier.rows, earlier.reports)
        self._renew_at = self._next_renewal()
        self._unfinished = {member.id for member in claim.members}

    @property
    def job_id(self) -> str:
        """The id of the job."""
        return self._lease.job_id

    @property
    def unfinished(self) -> Set[str]:
        """The experiments that have neither ended nor gone back to the queue."""
        return self._unfinished

    def renew(self) -> None:
        """Renew the lease, if it is due."""
        if time.monotonic() >= self._renew_at:
            self._write(runs.heartbeat)
            self._renew_at = self._next_renewal()

    def requests(self) -> Mapping[str, Status]:
        """The unfinished experiments that users want to cancel or pause, with the status that they asked for."""
        found = self._read(lambda session: runs.requests(session, self.job_id))
        return {one: status for one, status in found.items() if one in self._unfinished}

    def begin(self, priors: Mapping[str, Prior]) -> None:
        """Set the priors that findings compare the experiments with, once the data are loaded."""
        self._histories.begin(priors)

    def add_epoch(self, done: EpochDone) -> None:
        """Record an epoch of some experiments, and the findings about them; this also renews the lease."""
        found = self._histories.after_epoch(done.members)
        epochs = {
            one.id: runs.EpochResult(one.row, one.best, one.saved, found.get(one.id), one.measured, done.peak_bytes)
            for one in done.members
        }
        self._write(lambda session, lease: runs.record_epochs(session, lease, epochs))
        self._renew_at = self._next_renewal()

    def add_checkpoint(self, one: str, saved: CheckpointRef) -> None:
        """Record a checkpoint within an epoch."""
        self._write(lambda session, lease: runs.record_checkpoint(session, lease, one, saved))

    def add_late_checkpoint(self, one: str, saved: CheckpointRef) -> None:
        """Record a checkpoint that was written after its experiment was released."""
        self._write(lambda session, lease: runs.record_late(session, lease, one, saved))

    def log(self, report: LogLine | StepReached | Found) -> None:
        """Write a log line, the progress of a long step, or findings to the experiments' logs."""
        match report:
            case LogLine(id=one, message=message, level=level):
                self._write(lambda session, lease: runs.write_log(session, lease, one, message, level))
            case StepReached(ids=ids, step=step):
                self._write(lambda session, lease: runs.report_progress(session, lease, ids, step))
            case Found(ids=ids, findings=findings):
                self._write(lambda session, lease: data_findings.record_findings(session, lease, ids, findings))

    def end(self, report: Ended) -> None:
        """Record that an experiment has ended by itself, with its last findings."""
        one, found = report.id, self._histories.at_end(report)
        self._write(
            lambda session, lease: runs.end(
                session, lease, one, report.status, report.failure, report.why, report.epoch, found
            )
        )
        self._ended(one)

    def fail_all(self, failure: Failure) -> None:
        """Record that all unfinished experiments have failed."""
        for one in tuple(self._unfinished):
            self._fail(one, failure)

    def add_loss(self, why: str) -> None:
        """Record that the trainer was lost: the job is retried, or fails after too many losses."""
        self._write(lambda session, lease: runs.record_loss(session, lease, why))

    def release(self, one: str, saved: CheckpointRef | None, why: str) -> None:
        """Record that an experiment has stopped before its end, and its checkpoint, if it wrote one."""
        self._write(lambda session, lease: runs.release_experiment(session, lease, one, saved, why))
        self._unfinished.discard(one)

    def hand_back(self, why: str) -> None:
        """Put the job back into the queue without new checkpoints."""
        self._write(lambda session, lease: runs.hand_back(session, lease, why))

    def give_way(self, slot: Slot) -> bool:
        """Whether another job would start in this slot. If so, this job's place in the queue is behind it."""
        is_due = self._read(lambda session: giving_way.is_due(session, self._lease, slot))
        if is_due:
            self._write(giving_way.begin)
        return is_due

    def delete_orphaned_checkpoints(self) -> None:
        """Delete checkpoints that the trainer wrote after the lease was lost: nothing refers to them."""

        def delete(session: Session) -> None:
            for member in self._members:
                checkpoints.delete_orphans(session, member.id, self._lease.token)

        with_retry(self._hub.write, delete, self._overdue)

    def _fail(self, one: str, failure: Failure) -> None:
        self._write(lambda session, lease: runs.end(session, lease, one, Status.FAILED, failure))
        self._ended(one)

    def _ended(self, one: str) -> None:
        self._unfinished.discard(one)
        look_after(self._hub, one, self._overdue)

    def _read(self, act: Callable[[Session], T]) -> T:
        return with_retry(self._hub.read, act, self._overdue)

    def _write(self, act: Callable[[Session, Lease], None]) -> None:
        write_once(self._hub.write, self._lease, act, self._overdue)

    def _next_renewal(self) -> float:
        return time.monotonic() + self._lease.renewal.total_seconds()
