"""Leases: who may write for a job. Claiming is compare-and-set; every later write carries the fencing number."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from hub.tables import JobRow

LEASE = timedelta(seconds=15)
"""How long a worker owns a job after its last sign of life, unless the settings say otherwise."""


class LeaseLost(Exception):
    """Another worker has the job, or nobody: this one may not write for it any more."""


@dataclass(frozen=True)
class Lease:
    """The right to write for a job, until somebody else gets a greater number."""

    job_id: str
    owner: str
    token: int
    term: timedelta = LEASE

    @property
    def renewal(self) -> timedelta:
        """How often to give a sign of life: four may fail."""
        return self.term / 5


def take(session: Session, job_id: str, owner: str, at: datetime, term: timedelta = LEASE) -> Lease | None:
    """The lease of an open job that nobody holds, or None."""
    free = or_(JobRow.owner.is_(None), JobRow.lease_until < at)
    token = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, ~JobRow.done, free)
        .values(owner=owner, token=JobRow.token + 1, lease_until=at + term)
        .returning(JobRow.token)
    ).scalar_one_or_none()
    return None if token is None else Lease(job_id, owner, token, term)


def fence(session: Session, lease: Lease, at: datetime) -> None:
    """Begin a write under the lease, and renew it.

    Raises:
        LeaseLost: somebody else has taken the job since.
    """
    _change(session, lease, lease_until=at + lease.term)


def release(session: Session, lease: Lease) -> None:
    """Give the job back so that any worker may take it at once.

    Raises:
        LeaseLost: somebody else has taken the job since.
    """
    _change(session, lease, owner=None, lease_until=None)


def _change(session: Session, lease: Lease, **values: object) -> None:
    held = session.execute(
        update(JobRow)
        .where(JobRow.id == lease.job_id, JobRow.token == lease.token, JobRow.owner == lease.owner)
        .values(**values)
        .returning(JobRow.id)
    ).scalar_one_or_none()
    if held is None:
        raise LeaseLost(f"{lease.owner} no longer holds {lease.job_id}")
