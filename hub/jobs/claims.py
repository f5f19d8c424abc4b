"""How a worker comes by its work: it claims a job that nobody holds, and learns what to train."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gradus.spec.experiment import Spec
from gradus.status import Status
from hub.access import quotas
from hub.database.database import now
from hub.experiments import experiments, provenance
from hub.experiments.events import Event, append, log
from hub.experiments.mapping import spec_of
from hub.experiments.transitions import move
from hub.jobs import checkpoints, leases, worker_loss
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.leases import Lease
from hub.tables import ExperimentRow, JobRow


@dataclass(frozen=True)
class ClaimedExperiment:
    """One experiment of a claimed job."""

    id: str
    spec: Spec
    epoch: int
    """Epochs already recorded."""
    seconds: float
    """That they took."""
    extensions: int
    """How often it was given more epochs."""
    checkpoints: tuple[CheckpointRef, ...]
    """From which it can go on: the first that is whole; none means from the start."""
    place: int
    """In the job's array."""


@dataclass(frozen=True)
class Claim:
    """A job that is ours, and the experiments in it that still want training."""

    lease: Lease
    members: tuple[ClaimedExperiment, ...]
    places: int
    """Of the job's array, those of experiments that want no more training included."""


def claim(
    session: Session,
    job_id: str,
    owner: str,
    device: str,
    term: timedelta = leases.LEASE,
    most: int | None = None,
    write: str = "",
) -> Claim | None:
    """Take a job that nobody holds and start its experiments; None if there is nothing to take.

    A job whose worker vanished goes on here; one that was lost again and again fails. One whose workspace trains as
    many experiments as it may, `most`, goes on waiting: the reconciler will hint at it again. Under the same `write` it
    may be repeated when its acknowledgement was lost: it is the same claim.
    """
    at = now(session)
    if write and (lease := leases.taken(session, job_id, owner, write, term)):
        return _claimed(session, lease, experiments.members(session, job_id))
    lost = worker_loss.expired(session, job_id, at, term)
    lease = leases.take(session, job_id, owner, at, term, write)
    if lease is None:
        return None
    if lost >= worker_loss.MAX_LOSSES:
        worker_loss.give_up(session, job_id, at)
        return None
    rows = [row for row in experiments.members(session, job_id) if row.status in {Status.QUEUED, Status.RUNNING}]
    if most is not None and not _room(session, rows, most):
        leases.release(session, lease)
        return None
    return _begin(session, lease, rows, device, at)


def _room(session: Session, rows: Sequence[ExperimentRow], most: int) -> bool:
    """Whether a job's experiments may begin; those that ran before go on in any case, with who waits beside them."""
    waiting = [row for row in rows if row.status == Status.QUEUED and row.request is None]
    ran = any(row.status == Status.RUNNING for row in rows)
    return ran or not waiting or quotas.may_run(session, waiting[0].workspace_id, len(waiting), most)


def _begin(session: Session, lease: Lease, rows: Sequence[ExperimentRow], device: str, at: datetime) -> Claim | None:
    """Start what wants training; None if people want otherwise by now."""
    append(session, [event for row in rows for event in _start(session, row, device, at)], at)
    experiments.close_job(session, lease.job_id)
    return _claimed(session, lease, rows)


def _claimed(session: Session, lease: Lease, rows: Sequence[ExperimentRow]) -> Claim | None:
    """What is to be trained; None if nothing is."""
    training = [row for row in rows if row.status == Status.RUNNING]
    if not training:
        return None
    job = session.get_one(JobRow, lease.job_id)
    return Claim(lease, tuple(_member(session, lease, row) for row in training), job.places)


def _member(session: Session, lease: Lease, row: ExperimentRow) -> ClaimedExperiment:
    """What its trainer needs to know; what earlier leases left in the store without a name goes."""
    checkpoints.sweep(session, row.id, lease.token - 1)
    found = checkpoints.newest_first(session, row.id)
    saved = tuple(map(checkpoints.saved, found))
    return ClaimedExperiment(row.id, spec_of(row), row.epoch, row.seconds, row.extensions, saved, row.place)


def _start(session: Session, row: ExperimentRow, device: str, at: datetime) -> list[Event]:
    if row.request == Status.QUEUED:  # it was extended: that is what begins here
        row.request = None
    if row.request is not None:  # its worker vanished before it could do what a person wanted
        return move(session, row, Status(row.request), at)
    moved = _move(session, row, device)
    if row.status == Status.QUEUED:
        return moved + move(session, row, Status.RUNNING, at)
    row.attempts += 1
    session.flush()
    return [*moved, log(row.id, f"the worker was lost; attempt {row.attempts} on {device}", "warning")]


def _move(session: Session, row: ExperimentRow, device: str) -> list[Event]:
    """Equal bits are promised on equal devices alone: a run that goes on with another one says so."""
    before, row.device = row.device, device
    if before is None or before == device:
        return []
    if _has_trained(session, row):
        provenance.move(row, before)
    why = f"goes on with {device}, until now with {before}: the numbers may differ in their last digits"
    return [log(row.id, why, "warning")]


def _has_trained(session: Session, row: ExperimentRow) -> bool:
    """Whether it has something of its own to go on from, be it a part of its first epoch."""
    return row.epoch > (row.forked_epoch or 0) or checkpoints.has_own(session, row.id)
