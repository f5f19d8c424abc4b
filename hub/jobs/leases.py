"""Leases: the right of one worker to write for a job. A claim is a compare-and-set. Each later write has the fencing
token and a unique id, by which it is recognized when it is repeated because the result of its commit was unknown."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningUpdate

from hub.database.database import clock
from hub.ids import new_id
from hub.tables import JobRow, Table

LEASE = timedelta(seconds=15)
"""Default time from a worker's last heartbeat to the expiry of its lease."""

_JOBS = Table.metadata.tables[JobRow.__tablename__]
_IF_OWNED = (
    update(_JOBS)
    .where(_JOBS.c.id == bindparam("our_job"), _JOBS.c.token == bindparam("our_token"))
    .where(_JOBS.c.owner == bindparam("us"))
)
_RENEW = (
    _IF_OWNED.where(or_(_JOBS.c.last_write.is_(None), _JOBS.c.last_write != bindparam("write")))
    .values(lease_until=bindparam("until"), last_write=bindparam("write"))
    .returning(_JOBS.c.losses)
)
_RELEASE = _IF_OWNED.values(owner=None, lease_until=None).returning(_JOBS.c.losses)
"""These statements are built once: building them for each epoch would cost more than running them."""


class LeaseLost(Exception):
    """This worker no longer has the lease of the job and may not write for it."""


class AlreadyWritten(Exception):
    """This write was committed already; only its acknowledgement was lost. Nothing is left to do."""


def new_write() -> str:
    """A new id for a write. Retries of the write use the same id."""
    return new_id("wrt")


@dataclass(frozen=True)
class Lease:
    """The right to write for a job, until another worker gets a greater fencing token."""

    job_id: str
    owner: str
    token: int
    term: timedelta = LEASE
    write: str = field(default="", compare=False)
    """The id of the write that uses this lease; empty if the write is never retried."""

    @property
    def renewal(self) -> timedelta:
        """Interval between heartbeats: four in a row may fail."""
        return self.term / 5

    def for_one_write(self) -> "Lease":
        """The lease with an id for one retryable write. A retry raises `AlreadyWritten` if the write was committed."""
        return replace(self, write=new_write())


Until = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
"""A column with a lease's expiry."""


def is_expired(session: Session, until: Until, at: datetime, term: timedelta) -> ColumnElement[bool]:
    """Whether a lease is expired, or its expiry was written by a wrong clock."""
    return or_(until < at, is_too_late(session, until, term))


def is_too_late(session: Session, until: Until, term: timedelta) -> ColumnElement[bool]:
    """Whether a lease expires later than one term from now. Only a wrong clock can have written such an expiry, and its
    owner may be gone."""
    return until > clock(session) + term


def take(
    session: Session, job_id: str, owner: str, at: datetime, term: timedelta = LEASE, write: str = ""
) -> Lease | None:
    """Take the lease of an open, free job; None if the job is not free."""
    free = or_(JobRow.owner.is_(None), is_expired(session, JobRow.lease_until, at, term))
    token = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, ~JobRow.done, free)
        .values(owner=owner, token=JobRow.token + 1, lease_until=at + term, last_write=write or new_write())
        .returning(JobRow.token)
    ).scalar_one_or_none()
    return None if token is None else Lease(job_id, owner, token, term)


def taken(session: Session, owner: str, write: str, term: timedelta = LEASE) -> Lease | None:
    """The lease that this write has already taken, if it was committed and only the acknowledgement was lost."""
    ours = (JobRow.owner == owner, JobRow.last_write == write)
    found = session.execute(select(JobRow.id, JobRow.token).where(*ours).with_for_update()).one_or_none()
    return None if found is None else Lease(found.id, owner, found.token, term)


def fence(session: Session, lease: Lease, at: datetime) -> int:
    """Start a write under the lease, and renew it. Returns the number of consecutive losses of the job before this
    write.

    Raises:
        LeaseLost: another worker has taken the job since.
        AlreadyWritten: this write was committed already.
    """
    until, write = at + lease.term, lease.write or new_write()
    losses = _change(session, lease, _RENEW, until=until, write=write)
    if losses is None:
        raise _refusal(session, lease)
    return losses


def check_newest(session: Session, lease: Lease) -> None:
    """Start a write for a job that may have been released, but that no other worker has taken since.

    Raises:
        LeaseLost: another worker has taken the job, or the job was deleted.
    """
    job = select(JobRow.token).where(JobRow.id == lease.job_id).with_for_update()
    if session.scalar(job) != lease.token:
        raise LeaseLost(f"the lease of {lease.owner} on {lease.job_id} is no longer the newest")


def release(session: Session, lease: Lease) -> None:
    """Release the job at the end of a write, so that any worker may take it at once.

    Raises:
        LeaseLost: another worker has taken the job since.
    """
    if _change(session, lease, _RELEASE) is None:
        raise _lost(lease)


def _change(session: Session, lease: Lease, change: ReturningUpdate[int], **values: object) -> int | None:
    """Change the job's row if the lease owns it. Returns the number of consecutive losses; None without ownership."""
    ours = {"our_job": lease.job_id, "our_token": lease.token, "us": lease.owner}
    return session.execute(change, {**ours, **values}).scalar_one_or_none()


def _refusal(session: Session, lease: Lease) -> Exception:
    """Why a write was refused. A write that released the job is also recognized by its id, until the job is taken."""
    last_write = session.scalar(select(JobRow.last_write).where(JobRow.id == lease.job_id))
    if lease.write and last_write == lease.write:
        return AlreadyWritten(f"{lease.owner} has written {lease.write} for {lease.job_id}")
    return _lost(lease)


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"{lease.owner} no longer holds {lease.job_id}")
