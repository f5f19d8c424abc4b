"""A worker's view of the database: claim a job, record its epochs, end it. Every write is fenced."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gradus.spec.experiment import Experiment
from gradus.status import EventKind, FailureCode, Status
from gradus.wire.experiment import Failure
from gradus.wire.metrics import MetricsRow
from hub import experiments, leases, metrics
from hub.database import now
from hub.events import Event, append, log
from hub.leases import Lease
from hub.outbox import outbox
from hub.records import spec_of
from hub.tables import ExperimentRow, JobRow
from hub.transitions import move

MAX_LOSSES = 5
"""Leases lost in a row, without an epoch in between, before a job is given up."""


@dataclass(frozen=True)
class Member:
    """One experiment of a claimed job."""

    id: str
    spec: Experiment
    epoch: int
    """Epochs already recorded."""
    seconds: float
    """That they took."""


@dataclass(frozen=True)
class Claim:
    """A job that is ours, and the experiments in it that still want training."""

    lease: Lease
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Epoch:
    """One epoch of one experiment, to be recorded."""

    row: MetricsRow
    best: bool
    """Whether it is the best so far."""


def claim(session: Session, job_id: str, owner: str, device: str, term: timedelta = leases.LEASE) -> Claim | None:
    """Take a job that nobody holds and start its experiments; None if there is nothing to take.

    A job whose worker vanished goes on here; one that was lost again and again fails.
    """
    at = now(session)
    lost = _lost(session, job_id, at)
    lease = leases.take(session, job_id, owner, at, term)
    if lease is None:
        return None
    rows = _open(session, job_id)
    if lost >= MAX_LOSSES:
        _give_up(session, lease, rows, at)
        return None
    told: list[Event] = []
    for row in rows:
        told += _start(session, row, device, at)
    append(session, told, at)
    experiments.close_job(session, job_id)
    training = [row for row in rows if row.status == Status.RUNNING]
    if not training:
        return None
    return Claim(lease, tuple(Member(row.id, spec_of(row), row.epoch, row.seconds) for row in training))


def heartbeat(session: Session, lease: Lease) -> None:
    """Renew the lease."""
    leases.fence(session, lease, now(session))


def requests(session: Session, job_id: str) -> dict[str, Status]:
    """The statuses that people want of the job's running experiments, by experiment id. Reads only."""
    wanted = select(ExperimentRow.id, ExperimentRow.request).where(
        ExperimentRow.job_id == job_id, ExperimentRow.status == Status.RUNNING
    )
    return {key: Status(request) for key, request in session.execute(wanted).tuples() if request}


def record_epochs(session: Session, lease: Lease, epochs: Mapping[str, Epoch]) -> None:
    """One transaction for one epoch: metrics rows, events, progress.

    Epochs that were recorded before are left as they are: a run that was lost and begun anew gives the same numbers.
    """
    at = now(session)
    leases.fence(session, lease, at)
    fresh: dict[str, MetricsRow] = {}
    for row in experiments.members(session, lease.job_id):
        epoch = epochs.get(row.id)
        if epoch is not None and epoch.row.epoch > row.epoch and row.status == Status.RUNNING:
            _advance(row, epoch)
            fresh[row.id] = epoch.row
    if not fresh:
        return
    session.execute(update(JobRow).where(JobRow.id == lease.job_id).values(losses=0))
    session.flush()
    metrics.add(session, fresh)
    append(session, [Event(key, EventKind.EPOCH, row) for key, row in fresh.items()], at)


def say(session: Session, lease: Lease, experiment_id: str, message: str, level: str = "info") -> None:
    """A line in an experiment's log."""
    at = now(session)
    leases.fence(session, lease, at)
    append(session, [log(experiment_id, message, level)], at)


def end(
    session: Session, lease: Lease, experiment_id: str, status: Status, error: Failure | None = None, why: str = ""
) -> None:
    """End one experiment of the job, or pause it; the job is done with its last one."""
    at = now(session)
    leases.fence(session, lease, at)
    row = experiments.lock(session, experiment_id)
    if row is None or row.status != Status.RUNNING:
        return
    told = [log(experiment_id, why)] if why else []
    append(session, told + move(session, row, status, at, error), at)
    experiments.close_job(session, lease.job_id)


def hand_back(session: Session, lease: Lease, why: str) -> None:
    """Put what still runs back into the queue, for any worker to take at once."""
    at = now(session)
    leases.release(session, lease)
    _requeue(session, lease.job_id, why, "info", at)


def lose(session: Session, lease: Lease, why: str) -> None:
    """Put what still runs back into the queue after its trainer vanished, or fail it if that goes on and on."""
    at = now(session)
    leases.fence(session, lease, at)
    counted = update(JobRow).where(JobRow.id == lease.job_id).values(losses=JobRow.losses + 1).returning(JobRow.losses)
    if session.execute(counted).scalar_one() >= MAX_LOSSES:
        _give_up(session, lease, _open(session, lease.job_id), at)
        return
    leases.release(session, lease)
    _requeue(session, lease.job_id, why, "warning", at)


def _requeue(session: Session, job_id: str, why: str, level: str, at: datetime) -> None:
    told: list[Event] = []
    for row in experiments.members(session, job_id):
        if row.status == Status.RUNNING:
            wanted = Status(row.request or Status.QUEUED)
            told += [log(row.id, why, level), *move(session, row, wanted, at)]
    append(session, told, at)
    experiments.close_job(session, job_id)
    again = update(JobRow).where(JobRow.id == job_id, ~JobRow.done).values(hinted_at=at).returning(JobRow.device)
    device = session.execute(again).scalar_one_or_none()
    if device is not None:
        outbox(session).hints.append((job_id, device))


def _open(session: Session, job_id: str) -> list[ExperimentRow]:
    """The experiments of a job that still want training, kept from change."""
    return [row for row in experiments.members(session, job_id) if row.status in {Status.QUEUED, Status.RUNNING}]


def _lost(session: Session, job_id: str, at: datetime) -> int:
    """Count a lease that ran out; how many did so in a row."""
    query = update(JobRow).where(JobRow.id == job_id, ~JobRow.done, JobRow.owner.is_not(None), JobRow.lease_until < at)
    counted = session.execute(query.values(losses=JobRow.losses + 1).returning(JobRow.losses)).scalar_one_or_none()
    return counted or 0


def _start(session: Session, row: ExperimentRow, device: str, at: datetime) -> list[Event]:
    if row.request is not None:  # its worker vanished before it could do what a person wanted
        return move(session, row, Status(row.request), at)
    row.device = device
    if row.status == Status.QUEUED:
        return move(session, row, Status.RUNNING, at)
    row.attempts += 1
    session.flush()
    return [log(row.id, f"the worker was lost; attempt {row.attempts} on {device}", "warning")]


def _give_up(session: Session, lease: Lease, rows: list[ExperimentRow], at: datetime) -> None:
    error = Failure(code=FailureCode.WORKER_LOST, message=f"the worker was lost {MAX_LOSSES} times without an epoch")
    told: list[Event] = []
    for row in rows:
        if row.status == Status.QUEUED:
            told += move(session, row, Status.RUNNING, at)
        told += move(session, row, Status.FAILED, at, error)
    append(session, told, at)
    experiments.close_job(session, lease.job_id)


def _advance(row: ExperimentRow, epoch: Epoch) -> None:
    row.epoch = epoch.row.epoch
    row.seconds += epoch.row.seconds
    row.latest = epoch.row.model_dump_json()
    if epoch.best:
        row.best = row.latest
