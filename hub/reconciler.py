"""The reconciler: sends hints again for jobs that nobody was told of. One process at a time does it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import redis
from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hub.database import now
from hub.hub import Hub
from hub.outbox import outbox
from hub.tables import JobRow, LeaderRow

TERM = timedelta(seconds=10)
"""How long a leader leads after its last sign of life."""
PATIENCE = timedelta(seconds=5)
"""How long a hint may be under way."""
BATCH = 200


def reconcile(hub: Hub, owner: str) -> int:
    """Hint at the oldest jobs that wait on an empty queue, if this process leads; how many hints went out."""
    with hub.write() as session:
        at = now(session)
        if not lead(session, "reconciler", owner, at):
            return 0
        waiting = [job for job in _waiting(session, at) if _drained(hub, job.device)]
        if waiting:
            ids = [job.id for job in waiting]
            session.execute(update(JobRow).where(JobRow.id.in_(ids)).values(hinted_at=at))
        outbox(session).hints.extend((job.id, job.device) for job in waiting)
        return len(waiting)


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


def _waiting(session: Session, at: datetime) -> Sequence[JobRow]:
    """Open jobs that nobody holds and of which no worker was told lately; those first that have waited longest for it:
    jobs that are over a quota are told of again and again, and must not hide the others."""
    free = or_(JobRow.owner.is_(None), JobRow.lease_until < at)
    query = select(JobRow).where(~JobRow.done, free, JobRow.hinted_at < at - PATIENCE)
    return session.scalars(query.order_by(JobRow.hinted_at, JobRow.id).limit(BATCH)).all()


def _drained(hub: Hub, device: str) -> bool:
    """Whether every hint for this kind of device was taken: only then can one have been lost."""
    try:
        return hub.queue.depth(device) == 0
    except redis.RedisError:
        return False
