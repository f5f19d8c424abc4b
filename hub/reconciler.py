"""The reconciler: sends hints again for jobs that nobody was told of, and drops what nobody needs any more. One process
at a time does it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args

import redis
from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gradus.spec.device import DeviceWish
from hub import idempotency
from hub.database import now
from hub.hub import Hub
from hub.outbox import outbox
from hub.tables import JobRow, LeaderRow

TERM = timedelta(seconds=10)
"""How long a leader leads after its last sign of life."""
PATIENCE = timedelta(seconds=5)
"""How long a hint may be under way."""
BATCH = 200
DEVICES: Sequence[str] = get_args(DeviceWish)
"""Each has a queue."""


def reconcile(hub: Hub, owner: str) -> int:
    """Hint at jobs whose worker vanished, and at the oldest that wait on an empty queue, if this process leads; how
    many hints went out."""
    drained = _drained(hub)  # before the transaction: a Redis that hangs must not hold up everybody who writes
    if drained is None:
        return 0
    with hub.write() as session:
        at = now(session)
        if not lead(session, "reconciler", owner, at):
            return 0
        found = {job.id: job for job in (*_abandoned(session, at), *_waiting(session, at, drained))}
        if found:
            session.execute(update(JobRow).where(JobRow.id.in_(found)).values(hinted_at=at))
        outbox(session).hints.extend((job.id, job.device) for job in found.values())
        return len(found)


def tidy(hub: Hub, owner: str) -> int:
    """Drop first answers that nobody can want any more, if this process leads; how many there were.

    A transaction of its own: one that held jobs, too, could wait in a circle with who deletes an experiment.
    """
    with hub.write() as session:
        at = now(session)
        return idempotency.forget(session, at) if lead(session, "tidy", owner, at) else 0


def lead(session: Session, duty: str, owner: str, at: datetime) -> bool:
    """Become or stay the one process that does a duty; False if another is."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    term = {"owner": owner, "lease_until": at + TERM}
    vacant = or_(LeaderRow.owner == owner, LeaderRow.lease_until < at)
    bid = insert(LeaderRow).values(duty=duty, **term)
    won = session.execute(
        bid.on_conflict_do_update(index_elements=["duty"], set_=term, where=vacant).returning(LeaderRow.owner)
    ).scalar_one_or_none()
    return won == owner


def _abandoned(session: Session, at: datetime) -> Sequence[JobRow]:
    """Jobs whose lease ran out, and of which no worker was told since: their hint was taken long ago. However many
    others wait, they need not wait for the end of the queue to be seen."""
    query = select(JobRow).where(~JobRow.done, JobRow.lease_until < at, JobRow.hinted_at <= JobRow.lease_until)
    return session.scalars(query.order_by(JobRow.hinted_at, JobRow.id).limit(BATCH)).all()


def _waiting(session: Session, at: datetime, devices: Sequence[str] = DEVICES) -> Sequence[JobRow]:
    """Open jobs that nobody holds and of which no worker was told lately; those first that have waited longest for it:
    jobs that are over a quota are told of again and again, and must not hide the others."""
    free = or_(JobRow.owner.is_(None), JobRow.lease_until < at)
    query = select(JobRow).where(~JobRow.done, free, JobRow.hinted_at < at - PATIENCE, JobRow.device.in_(devices))
    return session.scalars(query.order_by(JobRow.hinted_at, JobRow.id).limit(BATCH)).all()


def _drained(hub: Hub) -> Sequence[str] | None:
    """The devices all of whose hints were taken: only then can one have been lost. None while Redis is away."""
    try:
        return [device for device in DEVICES if hub.queue.depth(device) == 0]
    except redis.RedisError:
        return None
