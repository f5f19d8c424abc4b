"""Workers that vanish: how often in a row they did, and when a job is given up."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from hub.experiments import experiments
from hub.experiments.events import Event, append
from hub.experiments.transitions import move
from hub.jobs.leases import LEASE, Lease, lapsed
from hub.tables import JobRow, Table

MAX_LOSSES = 5
"""In a row, without a new epoch or checkpoint in between, before a job is given up."""

_JOBS = Table.metadata.tables[JobRow.__tablename__]
_FORGET = update(_JOBS).where(_JOBS.c.id == bindparam("job")).values(losses=0)
"""Made once: making it anew for each epoch would cost more than running it."""


def expired(session: Session, job_id: str, at: datetime, term: timedelta = LEASE) -> int:
    """Count a lease that ran out; how many did so in a row."""
    ran_out = (~JobRow.done, JobRow.owner.is_not(None), lapsed(session, JobRow.lease_until, at, term))
    counted = _one_more(session, job_id, *ran_out)
    return counted or 0


def count(session: Session, lease: Lease) -> int:
    """Count a trainer that is gone; how many were so in a row."""
    return _one_more(session, lease.job_id) or 0


def forget(session: Session, lease: Lease) -> None:
    """Begin to count anew: the job has got further."""
    session.execute(_FORGET, {"job": lease.job_id})


def give_up(session: Session, job_id: str, at: datetime) -> None:
    """Fail what was lost with a job's worker. What waits beside it was resumed or extended meanwhile, and goes on
    waiting: as a job that was never lost."""
    error = Failure(
        code=FailureCode.WORKER_LOST, message=f"the worker was lost {MAX_LOSSES} times without a new checkpoint"
    )
    told: list[Event] = []
    rows = experiments.members(session, job_id)
    for row in rows:
        if row.status == Status.RUNNING:
            told += move(session, row, Status.FAILED, at, error)
    append(session, told, at)
    experiments.close_job(session, job_id)
    if any(row.status == Status.QUEUED for row in rows):
        anew = update(JobRow).where(JobRow.id == job_id).values(owner=None, lease_until=None, losses=0)
        session.execute(anew)
        experiments.reopen_job(session, job_id, at)


def _one_more(session: Session, job_id: str, *conditions: object) -> int | None:
    query = update(JobRow).where(JobRow.id == job_id, *conditions)  # type: ignore[arg-type]
    return session.execute(query.values(losses=JobRow.losses + 1).returning(JobRow.losses)).scalar_one_or_none()
