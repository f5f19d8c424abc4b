"""Claims: a worker takes the lease of a free job and gets the experiments to train."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gradus.dataset_plan import DatasetPlan
from gradus.device_name import CpuName
from gradus.spec.device import CpuThreads
from gradus.spec.experiment import Spec
from gradus.status import Status
from hub.access import quotas
from hub.database.database import now
from hub.datasets import stored_tables
from hub.datasets.table_ref import TableRef
from hub.experiments import experiments, provenance
from hub.experiments.events import Event, append, log
from hub.experiments.mapping import resolved_of
from hub.experiments.transitions import move
from hub.jobs import checkpoints, leases, turns, worker_loss
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.device_request import ChooseDevice, device_request
from hub.jobs.leases import Lease
from hub.tables import ExperimentRow, JobRow


@dataclass(frozen=True)
class ClaimedExperiment:
    """One experiment of a claimed job."""

    id: str
    spec: Spec
    data: DatasetPlan
    epoch: int
    """Epochs already recorded."""
    seconds: float
    """Training time of these epochs."""
    extensions: int
    """Number of extensions so far."""
    checkpoints: tuple[CheckpointRef, ...]
    """Checkpoints to resume from, newest first: the first undamaged one is used. Empty means from scratch."""
    place: int
    """Index in the job's array."""


@dataclass(frozen=True)
class Claim:
    """A claimed job, and its experiments that are to be trained."""

    lease: Lease
    members: tuple[ClaimedExperiment, ...]
    places: int
    """Size of the job's array, including experiments that need no more training."""
    table: TableRef | None = None
    """The stored table of the experiments' uploaded data set; None for a built-in one, or if it was deleted."""
    device: str = ""
    """The name of the device on which the experiments train."""


def claim(
    session: Session,
    job_id: str,
    owner: str,
    device: str | ChooseDevice,
    term: timedelta = leases.LEASE,
    most: int | None = None,
    write: str = "",
) -> Claim | None:
    """Claim a free job and start its experiments; None if the job cannot be claimed.

    A job whose worker was lost is resumed; after too many losses it fails. A job whose workspace already trains `most`
    experiments stays queued, and the reconciler will resend its message. A call with the same `write` may be repeated
    if the result of the commit is unknown: it returns the same claim. `device` is the name of the device to record, or
    a function that chooses it.
    """
    if write and (lease := leases.taken(session, owner, write, term)):
        return _claimed(session, lease, experiments.members(session, lease.job_id))
    return _claim(session, job_id, owner, device, term, most, write)


def claim_next(
    session: Session,
    job_id: str,
    owner: str,
    device: str | ChooseDevice,
    kinds: Sequence[str],
    term: timedelta = leases.LEASE,
    most: int | None = None,
    write: str = "",
) -> Claim | None:
    """When the message of a job arrives, claim the job whose turn it is: see `hub.jobs.turns`. `kinds` are the kinds of
    devices whose jobs the worker trains. Otherwise as `claim`."""
    if write and (lease := leases.taken(session, owner, write, term)):
        return _claimed(session, lease, experiments.members(session, lease.job_id))
    chosen = turns.next_job(session, job_id, kinds, now(session), term, most)
    return _claim(session, chosen or job_id, owner, device, term, most, write)


def _claim(
    session: Session,
    job_id: str,
    owner: str,
    device: str | ChooseDevice,
    term: timedelta,
    most: int | None,
    write: str,
) -> Claim | None:
    at = now(session)
    lost = worker_loss.expired(session, job_id, at, term)
    lease = leases.take(session, job_id, owner, at, term, write)
    if lease is None:
        return None
    if not worker_loss.may_retry(lost):
        worker_loss.give_up(session, job_id, at)
        return None
    rows = [row for row in experiments.members(session, job_id) if row.status in {Status.QUEUED, Status.RUNNING}]
    if most is not None and not _may_start(session, rows, most):
        leases.release(session, lease)
        return None
    if not isinstance(device, str):
        device = device(device_request(session, job_id, rows)) if rows else ""
    return _start_all(session, lease, rows, device, at)


def _may_start(session: Session, rows: Sequence[ExperimentRow], most: int) -> bool:
    """Whether a job's experiments may start. A job that ran before may always resume, with all its experiments."""
    waiting = [row for row in rows if row.status == Status.QUEUED and row.request is None]
    ran = any(row.status == Status.RUNNING for row in rows)
    return ran or not waiting or quotas.may_run(session, waiting[0].workspace_id, len(waiting), most)


def _start_all(
    session: Session, lease: Lease, rows: Sequence[ExperimentRow], device: str, at: datetime
) -> Claim | None:
    """Start the experiments. None if all have been cancelled or paused in the meantime."""
    append(session, [event for row in rows for event in _start(session, row, device, at)], at)
    append(session, _fewer_threads(rows, device), at)
    experiments.close_job(session, lease.job_id)
    if rows:
        turns.record(session, rows[0].workspace_id, at)
    return _claimed(session, lease, rows)


def _claimed(session: Session, lease: Lease, rows: Sequence[ExperimentRow]) -> Claim | None:
    """The claim with the experiments to train; None if there are none."""
    training = [row for row in rows if row.status == Status.RUNNING]
    if not training:
        return None
    job = session.get_one(JobRow, lease.job_id)
    members = tuple(_member(session, lease, row) for row in training)
    table = _table(session, training[0].workspace_id, members[0].spec.dataset.digest)
    return Claim(lease, members, job.places, table, training[0].device or "")


def _table(session: Session, workspace_id: str, digest: str | None) -> TableRef | None:
    found = None if digest is None else stored_tables.with_digest(session, workspace_id, digest)
    return None if found is None else TableRef(key=found.key, digest=found.digest)


def _member(session: Session, lease: Lease, row: ExperimentRow) -> ClaimedExperiment:
    """What the trainer needs for an experiment. Orphaned files of earlier leases are deleted after the commit."""
    checkpoints.delete_orphans(session, row.id, lease.token - 1)
    found = checkpoints.newest_first(session, row.id)
    references = tuple(map(checkpoints.reference, found))
    one = resolved_of(row)
    return ClaimedExperiment(row.id, one.spec, one.data, row.epoch, row.seconds, row.extensions, references, row.place)


def _start(session: Session, row: ExperimentRow, device: str, at: datetime) -> list[Event]:
    if row.request == Status.QUEUED:  # the experiment was extended: this start carries that out
        row.request = None
    if row.request is not None:  # its worker was lost before it could carry out the request
        return move(session, row, Status(row.request), at)
    moved = _move(session, row, device)
    if row.status == Status.QUEUED:
        return moved + move(session, row, Status.RUNNING, at)
    row.attempts += 1
    session.flush()
    return [*moved, log(row.id, f"the worker was lost; attempt {row.attempts} on {device}", "warning")]


def _move(session: Session, row: ExperimentRow, device: str) -> list[Event]:
    """Record a change of device. Results are bit-identical only on equal devices, so the log warns of a change."""
    before, row.device = row.device, device
    if before is None or before == device:
        return []
    if _has_trained(session, row):
        provenance.move(row, before)
    reason = f"continues on {device}, previously on {before}: results may differ in the last digits"
    return [log(row.id, reason, "warning")]


def _fewer_threads(rows: Sequence[ExperimentRow], device: str) -> list[Event]:
    """Say that the experiments get fewer threads than they ask for."""
    cpu, wish = CpuName.parse(device), resolved_of(rows[0]).spec.device if rows else None
    if cpu is None or not isinstance(wish, CpuThreads) or wish.threads <= cpu.threads:
        return []
    reason = f"trains with {cpu.threads} of the {wish.threads} threads that it asks for: its worker has no more cores"
    return [log(row.id, reason, "warning") for row in rows if row.status == Status.RUNNING]


def _has_trained(session: Session, row: ExperimentRow) -> bool:
    """Whether the experiment has trained at all, even if only a part of its first epoch."""
    return row.epoch > (row.forked_epoch or 0) or checkpoints.has_own(session, row.id)
