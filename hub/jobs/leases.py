"""Leases: who may write for a job. Claiming is compare-and-set; every later write carries the fencing number, and an id
of its own, by which it is known when it is repeated because nobody heard that it was committed."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningUpdate

from hub.database.database import clock
from hub.ids import new_id
from hub.tables import JobRow, Table

LEASE = timedelta(seconds=15)
"""How long a worker owns a job after its last sign of life, unless the settings say otherwise."""

_JOBS = Table.metadata.tables[JobRow.__tablename__]
_OURS = (
    update(_JOBS)
    .where(_JOBS.c.id == bindparam("our_job"), _JOBS.c.token == bindparam("our_token"))
    .where(_JOBS.c.owner == bindparam("us"))
)
_RENEW = (
    _OURS.where(or_(_JOBS.c.last_write.is_(None), _JOBS.c.last_write != bindparam("write")))
    .values(lease_until=bindparam("until"), last_write=bindparam("write"))
    .returning(_JOBS.c.losses)
)
_RELEASE = _OURS.values(owner=None, lease_until=None).returning(_JOBS.c.losses)
"""Made once: making them anew for each epoch would cost more than running them."""


class LeaseLost(Exception):
    """Another worker has the job, or nobody: this one may not write for it any more."""


class AlreadyWritten(Exception):
    """This very write was committed before, and only its acknowledgement was lost: there is nothing left to do."""


def new_write() -> str:
    """The id of one write, however often it is tried."""
    return new_id("wrt")


@dataclass(frozen=True)
class Lease:
    """The right to write for a job, until somebody else gets a greater number."""

    job_id: str
    owner: str
    token: int
    term: timedelta = LEASE
    write: str = field(default="", compare=False)
    """The id of the write that is done under it; empty for one that nobody repeats."""

    @property
    def renewal(self) -> timedelta:
        """How often to give a sign of life: four may fail."""
        return self.term / 5

    def for_one_write(self) -> "Lease":
        """The same for a write that may have to be repeated: it raises `AlreadyWritten` if it was committed before."""
        return replace(self, write=new_write())


Until = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
"""A column that says how long a lease holds."""


def lapsed(session: Session, until: Until, at: datetime, term: timedelta) -> ColumnElement[bool]:
    """Whether a lease holds nobody off any more: it ran out, or a wrong clock wrote it."""
    return or_(until < at, beyond(session, until, term))


def beyond(session: Session, until: Until, term: timedelta) -> ColumnElement[bool]:
    """Whether a lease has more than one term left. Only a clock that was wrong can have written that, and whoever wrote
    it may be gone."""
    return until > clock(session) + term


def take(
    session: Session, job_id: str, owner: str, at: datetime, term: timedelta = LEASE, write: str = ""
) -> Lease | None:
    """The lease of an open job that nobody holds, or None."""
    free = or_(JobRow.owner.is_(None), lapsed(session, JobRow.lease_until, at, term))
    token = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, ~JobRow.done, free)
        .values(owner=owner, token=JobRow.token + 1, lease_until=at + term, last_write=write or new_write())
        .returning(JobRow.token)
    ).scalar_one_or_none()
    return None if token is None else Lease(job_id, owner, token, term)


def taken(session: Session, job_id: str, owner: str, write: str, term: timedelta = LEASE) -> Lease | None:
    """The lease that this very write has taken already, if it was committed and only its acknowledgement lost."""
    ours = (JobRow.id == job_id, JobRow.owner == owner, JobRow.last_write == write)
    token = session.scalar(select(JobRow.token).where(*ours).with_for_update())
    return None if token is None else Lease(job_id, owner, token, term)


def fence(session: Session, lease: Lease, at: datetime) -> int:
    """Begin a write under the lease, and renew it; how many times in a row the job was lost before.

    Raises:
        LeaseLost: somebody else has taken the job since.
        AlreadyWritten: this write was committed before.
    """
    until, write = at + lease.term, lease.write or new_write()
    losses = _change(session, lease, _RENEW, until=until, write=write)
    if losses is None:
        raise _refusal(session, lease)
    return losses


def newest(session: Session, lease: Lease) -> None:
    """Begin a write for a job that may be given back already, but that nobody has taken since.

    Raises:
        LeaseLost: somebody has, or it is gone.
    """
    job = select(JobRow.token).where(JobRow.id == lease.job_id).with_for_update()
    if session.scalar(job) != lease.token:
        raise LeaseLost(f"{lease.owner} had {lease.job_id} before others")


def release(session: Session, lease: Lease) -> None:
    """Give the job back, at the end of a write, so that any worker may take it at once.

    Raises:
        LeaseLost: somebody else has taken the job since.
    """
    if _change(session, lease, _RELEASE) is None:
        raise _lost(lease)


def _change(session: Session, lease: Lease, change: ReturningUpdate[int], **values: object) -> int | None:
    """How many times in a row the job was lost before; None if the change is not to be."""
    ours = {"our_job": lease.job_id, "our_token": lease.token, "us": lease.owner}
    return session.execute(change, {**ours, **values}).scalar_one_or_none()


def _refusal(session: Session, lease: Lease) -> Exception:
    """Why a write was not let through. One that gave the job back is known by its id, too, until another takes it."""
    done = session.scalar(select(JobRow.last_write).where(JobRow.id == lease.job_id))
    if lease.write and done == lease.write:
        return AlreadyWritten(f"{lease.owner} has written {lease.write} for {lease.job_id}")
    return _lost(lease)


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"{lease.owner} no longer holds {lease.job_id}")
