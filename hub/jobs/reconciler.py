"""The reconciler: sends hints again for jobs that nobody was told of, and drops what nobody needs any more. One process
at a time does it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args

from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlalchemy.orm import Session

from gradus.spec.device import DeviceChoice
from hub import idempotency
from hub.artifacts import deletion, pending_deletions
from hub.database.database import insert_of, now
from hub.experiments.event_pruning import prune
from hub.hub import Hub
from hub.jobs.leases import LEASE, beyond, lapsed
from hub.messaging.outbox import outbox
from hub.messaging.redis_errors import REDIS_TROUBLE
from hub.tables import JobRow, LeaderRow

TERM = timedelta(seconds=10)
"""How long a leader leads after its last sign of life."""
PATIENCE = timedelta(seconds=5)
"""How long a hint may be in the hands of a worker."""
LATE = timedelta(minutes=2)
"""How much older than every hint that waits one must be to count as lost: no commit takes so long, nor do clocks differ
so much. No job is told of more often than this while others wait."""
TICK = timedelta(milliseconds=1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
BATCH = 200
DEVICES: Sequence[str] = get_args(DeviceChoice)
"""Each has a queue."""
EMPTY: Mapping[str, None] = dict.fromkeys(DEVICES)
"""Every hint was taken."""


def reconcile(hub: Hub, owner: str) -> int:
    """Hint at jobs whose worker vanished, and at those whose hint was lost, if this process leads; how many hints went
    out."""
    oldest = _oldest(hub)  # before the transaction: a Redis that hangs must not hold up everybody who writes
    if oldest is None:
        return 0
    with hub.write() as session:
        at = now(session)
        if not lead(session, "reconciler", owner, at):
            return 0
        term = timedelta(seconds=hub.settings.lease_seconds)
        _forget_hints_to_come(session, at)
        found = {job.id: job for job in (*_abandoned(session, at, term), *_waiting(session, at, oldest, term))}
        if found:
            ran_out = case((beyond(session, JobRow.lease_until, term), at - TICK), else_=JobRow.lease_until)
            session.execute(update(JobRow).where(JobRow.id.in_(found)).values(hinted_at=at, lease_until=ran_out))
        outbox(session).jobs.extend((job.id, job.device) for job in found.values())
        return len(found)


def tidy(hub: Hub, owner: str) -> int:
    """Drop first answers that nobody can want any more, files that should be gone and events that are old, if this
    process leads; how many answers there were.

    A transaction of its own: one that held jobs, too, could wait in a circle with who deletes an experiment.
    """
    with hub.write() as session:
        at = now(session)
        if not lead(session, "tidy", owner, at):
            return 0
        dropped = idempotency.forget(session, at)
    _finish_removals(hub, at)
    prune(hub, hub.settings.event_days)
    return dropped


def _finish_removals(hub: Hub, at: datetime) -> None:
    """Remove what should be gone, until all is or the store fails."""
    complete = True
    while complete:
        with hub.read() as session:
            due = pending_deletions.due(session, at)
        with hub.write() as session:
            taken = [row.key for row in due if pending_deletions.take(session, row, at)]
        gone = [key for key in taken if deletion.remove(hub.artifacts, key)]
        with hub.write() as session:
            pending_deletions.removed(session, gone, at)
        complete = len(gone) == len(due) >= pending_deletions.BATCH


def lead(session: Session, duty: str, owner: str, at: datetime) -> bool:
    """Become or stay the one process that does a duty; False if another is."""
    term = {"owner": owner, "lease_until": at + TERM}
    vacant = or_(LeaderRow.owner == owner, lapsed(session, LeaderRow.lease_until, at, TERM))
    bid = insert_of(session)(LeaderRow).values(duty=duty, **term)
    won = session.execute(
        bid.on_conflict_do_update(index_elements=["duty"], set_=term, where=vacant).returning(LeaderRow.owner)
    ).scalar_one_or_none()
    return won == owner


def _forget_hints_to_come(session: Session, at: datetime) -> None:
    """A hint that a wrong clock dated later than now may have been lost: it counts as never sent."""
    to_come = update(JobRow).where(~JobRow.done, JobRow.hinted_at > at + PATIENCE)
    session.execute(to_come.values(hinted_at=NEVER))


def _abandoned(session: Session, at: datetime, term: timedelta = LEASE) -> Sequence[JobRow]:
    """Jobs whose lease ran out, and of which no worker was told since: their hint was taken long ago. However many
    others wait, they need not wait for the end of the queue to be seen."""
    return _oldest_first(session, lapsed(session, JobRow.lease_until, at, term), JobRow.hinted_at <= JobRow.lease_until)


def _waiting(
    session: Session, at: datetime, oldest: Mapping[str, datetime | None] = EMPTY, term: timedelta = LEASE
) -> Sequence[JobRow]:
    """Open jobs that nobody holds and whose hint is none of those that wait to be taken, by the oldest of these of each
    device; those first that have waited longest for one: jobs that are over a quota are told of again and again, and
    must not hide the others."""
    lost = {device: _lost_before(at, sent) for device, sent in oldest.items()}
    told = (and_(JobRow.device == device, JobRow.hinted_at < before) for device, before in lost.items())
    free = or_(JobRow.owner.is_(None), lapsed(session, JobRow.lease_until, at, term))
    return _oldest_first(session, free, JobRow.hinted_at < max(lost.values()), or_(*told))


def _lost_before(at: datetime, oldest: datetime | None) -> datetime:
    """Hints sent before this moment were taken or lost: they are taken in the order in which they were sent."""
    return at - PATIENCE if oldest is None else min(oldest, at) - LATE


def _oldest_first(session: Session, *conditions: ColumnElement[bool]) -> Sequence[JobRow]:
    """Open jobs, kept from change until the transaction ends; those that somebody else holds in this moment, a claim or
    who cancels a sweep, are left out: waiting for them could be waiting in a circle."""
    query = select(JobRow).where(~JobRow.done, *conditions).order_by(JobRow.hinted_at, JobRow.id).limit(BATCH)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def _oldest(hub: Hub) -> Mapping[str, datetime | None] | None:
    """When each device's oldest hint was sent that is not taken yet. None while Redis is away."""
    try:
        return {device: hub.queue.oldest(device) for device in DEVICES}
    except REDIS_TROUBLE:
        return None
