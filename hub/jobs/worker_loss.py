"""Lost workers: the consecutive losses of a job, and the failure of a job after too many."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from hub.experiments import experiments
from hub.experiments.events import Event, append
from hub.experiments.transitions import move
from hub.jobs.leases import LEASE, Lease, is_expired
from hub.tables import JobRow, Table

MAX_LOSSES = 5
"""Consecutive losses, without a new epoch or checkpoint in between, after which a job fails."""

_JOBS = Table.metadata.tables[JobRow.__tablename__]
_RESET = update(_JOBS).where(_JOBS.c.id == bindparam("job")).values(losses=0)
"""Built once: building it for each epoch would cost more than running it."""


def expired(session: Session, job_id: str, at: datetime, term: timedelta = LEASE) -> int:
    """Count an expired lease as a loss. Returns the number of consecutive losses; 0 if the lease is not expired."""
    ran_out = (~JobRow.done, JobRow.owner.is_not(None), is_expired(session, JobRow.lease_until, at, term))
    counted = _increment(session, job_id, *ran_out)
    return counted or 0


def count(session: Session, lease: Lease) -> int:
    """Count a lost trainer. Returns the number of consecutive losses."""
    return _increment(session, lease.job_id) or 0


def reset(session: Session, lease: Lease) -> None:
    """Reset the count: the job has made progress."""
    session.execute(_RESET, {"job": lease.job_id})


def may_retry(losses: int) -> bool:
    """Whether a job with this number of consecutive losses is trained again."""
    return losses < MAX_LOSSES


def give_up(session: Session, job_id: str, at: datetime) -> None:
    """Fail the job's running experiments. Queued ones were resumed or extended in the meantime; they stay queued, with
    the job's losses reset."""
    error = Failure(
        code=FailureCode.WORKER_LOST, message=f"the worker was lost {MAX_LOSSES} times without a new checkpoint"
    )
    events: list[Event] = []
    rows = experiments.members(session, job_id)
    for row in rows:
        if row.status == Status.RUNNING:
            events += move(session, row, Status.FAILED, at, error)
    append(session, events, at)
    experiments.close_job(session, job_id)
    if any(row.status == Status.QUEUED for row in rows):
        released = update(JobRow).where(JobRow.id == job_id).values(owner=None, lease_until=None, losses=0)
        session.execute(released)
        experiments.reopen_job(session, job_id, at)


def _increment(session: Session, job_id: str, *conditions: object) -> int | None:
    query = update(JobRow).where(JobRow.id == job_id, *conditions)  # type: ignore[arg-type]
    return session.execute(query.values(losses=JobRow.losses + 1).returning(JobRow.losses)).scalar_one_or_none()
