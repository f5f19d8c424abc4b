"""The reconciler: resends lost job messages and deletes what has expired. Only one process, the leader, does it at a
time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import get_args

from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlalchemy.orm import Session

from gradus.spec.device import DeviceChoice
from hub import idempotency
from hub.artifacts import deleter, pending_deletions
from hub.database.database import insert_of, now
from hub.datasets import reading_claims, uploads
from hub.experiments.event_pruning import prune
from hub.hub import Hub
from hub.jobs.leases import LEASE, is_expired, is_too_late
from hub.messaging.outbox import outbox
from hub.messaging.queue import EXAMINATIONS, FILES, IMPORTANCES, QUESTIONS, READINGS
from hub.messaging.redis_errors import REDIS_TROUBLE
from hub.questions import leases as question_leases
from hub.questions import questions
from hub.tables import JobRow, LeaderRow

LEADER_TERM = timedelta(seconds=10)
"""Time from a leader's last heartbeat to the expiry of its role."""
DELIVERY_TIME = timedelta(seconds=5)
"""Time that a worker may need from taking a message to claiming its job."""
QUEUE_MARGIN = timedelta(minutes=2)
"""A message counts as lost if it was sent this long before the oldest message in the queue: no commit takes so long,
and no clocks differ so much. While the queue is not empty, a job's message is not resent more often than this."""
INSTANT = timedelta(milliseconds=1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
BATCH = 200
DEVICES: Sequence[str] = get_args(DeviceChoice)
"""The kinds of devices. Each has its own queue."""
EMPTY_QUEUES: Mapping[str, None] = dict.fromkeys(DEVICES)
"""The oldest message in the queue of each kind of device while all queues are empty: None."""
_RESEND: Mapping[str, Callable[[Session, datetime, timedelta, timedelta, int], int]] = {
    READINGS: reading_claims.resend,
    EXAMINATIONS: reading_claims.resend_examinations,
    QUESTIONS: partial(question_leases.resend, QUESTIONS),
    FILES: partial(question_leases.resend, FILES),
    IMPORTANCES: partial(question_leases.resend, IMPORTANCES),
}
"""By queue, the function that resends the queue's lost messages. It is called only while the queue is empty."""


def reconcile(hub: Hub, owner: str) -> int:
    """Resend the messages of jobs, readings, examinations and questions whose worker or whose message was lost, if this
    process is the leader. Returns the number of messages."""
    oldest = _oldest(hub)  # before the transaction: a hanging Redis must not block all writers
    if oldest is None:
        return 0
    empty = [kind for kind in _RESEND if not _wait(hub, kind)]
    with hub.write() as session:
        at = now(session)
        if not lead(session, "reconciler", owner, at):
            return 0
        term = timedelta(seconds=hub.settings.lease_seconds)
        _reset_future_times(session, at)
        lost = {job.id: job for job in (*_abandoned(session, at, term), *_waiting(session, at, oldest, term))}
        if lost:
            expiry = case((is_too_late(session, JobRow.lease_until, term), at - INSTANT), else_=JobRow.lease_until)
            session.execute(update(JobRow).where(JobRow.id.in_(lost)).values(message_sent_at=at, lease_until=expiry))
        outbox(session).jobs.extend((job.id, job.device) for job in lost.values())
        return len(lost) + sum(_RESEND[kind](session, at, term, DELIVERY_TIME, BATCH) for kind in empty)


def clean_up(hub: Hub, owner: str) -> int:
    """Delete expired idempotency records, uploads and questions, pending files and old events, if this process is the
    leader. Returns the number of idempotency records.

    This is a separate transaction: if it also locked jobs, it could deadlock with the deletion of an experiment.
    """
    with hub.write() as session:
        at = now(session)
        if not lead(session, "tidy", owner, at):
            return 0
        deleted = idempotency.delete_expired(session, at)
    for delete_some in (uploads.delete_expired, questions.delete_expired):
        while _deleted(hub, delete_some, at):
            pass
    _finish_deletions(hub, at)
    prune(hub, hub.settings.event_days)
    return deleted


def _wait(hub: Hub, kind: str) -> bool:
    """Whether messages of this kind are queued, or Redis does not answer."""
    try:
        return hub.queue.depth(kind) > 0
    except REDIS_TROUBLE:
        return True


def _deleted(hub: Hub, delete_some: Callable[[Session, datetime], int], at: datetime) -> int:
    with hub.write() as session:
        return delete_some(session, at)


def _finish_deletions(hub: Hub, at: datetime) -> None:
    """Delete pending files until all are deleted or the store fails."""
    complete = True
    while complete:
        with hub.read() as session:
            due = pending_deletions.due(session, at)
        with hub.write() as session:
            taken = [row.key for row in due if pending_deletions.take(session, row, at)]
        finished = [key for key in taken if deleter.remove(hub.artifacts, key)]
        with hub.write() as session:
            pending_deletions.removed(session, finished, at)
        complete = len(finished) == len(due) >= pending_deletions.BATCH


def lead(session: Session, duty: str, owner: str, at: datetime) -> bool:
    """Become or stay the leader for a duty. Returns False if another process is the leader."""
    term = {"owner": owner, "lease_until": at + LEADER_TERM}
    vacant = or_(LeaderRow.owner == owner, is_expired(session, LeaderRow.lease_until, at, LEADER_TERM))
    bid = insert_of(session)(LeaderRow).values(duty=duty, **term)
    leader = session.execute(
        bid.on_conflict_do_update(index_elements=["duty"], set_=term, where=vacant).returning(LeaderRow.owner)
    ).scalar_one_or_none()
    return leader == owner


def _reset_future_times(session: Session, at: datetime) -> None:
    """Mark messages that a wrong clock dated in the future as never sent: they may have been lost."""
    in_future = update(JobRow).where(~JobRow.done, JobRow.message_sent_at > at + DELIVERY_TIME)
    session.execute(in_future.values(message_sent_at=NEVER))


def _abandoned(session: Session, at: datetime, term: timedelta = LEASE) -> Sequence[JobRow]:
    """Jobs whose lease has expired and whose message was not resent since. Their message was taken long ago, so the
    length of the queue does not matter."""
    return _oldest_first(
        session, is_expired(session, JobRow.lease_until, at, term), JobRow.message_sent_at <= JobRow.lease_until
    )


def _waiting(
    session: Session, at: datetime, oldest: Mapping[str, datetime | None] = EMPTY_QUEUES, term: timedelta = LEASE
) -> Sequence[JobRow]:
    """Open, free jobs whose message is no longer in the queue, judging by the oldest message of each device's queue.
    The jobs whose message was sent longest ago come first: jobs of a workspace over its quota get messages again and
    again, and must not starve others."""
    lost_before = {device: _lost_before(at, sent) for device, sent in oldest.items()}
    is_lost = (and_(JobRow.device == device, JobRow.message_sent_at < before) for device, before in lost_before.items())
    free = or_(JobRow.owner.is_(None), is_expired(session, JobRow.lease_until, at, term))
    return _oldest_first(session, free, JobRow.message_sent_at < max(lost_before.values()), or_(*is_lost))


def _lost_before(at: datetime, oldest: datetime | None) -> datetime:
    """Messages sent before this time were taken or lost: messages are taken in the order of sending."""
    return at - DELIVERY_TIME if oldest is None else min(oldest, at) - QUEUE_MARGIN


def _oldest_first(session: Session, *conditions: ColumnElement[bool]) -> Sequence[JobRow]:
    """Open jobs, locked until the transaction ends. Jobs locked by another transaction, such as a claim or the
    cancellation of a sweep, are skipped: waiting for them could cause a deadlock."""
    query = select(JobRow).where(~JobRow.done, *conditions).order_by(JobRow.message_sent_at, JobRow.id).limit(BATCH)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def _oldest(hub: Hub) -> Mapping[str, datetime | None] | None:
    """When the oldest message in each device's queue was sent. None while Redis is unreachable."""
    try:
        return {device: hub.queue.oldest(device) for device in DEVICES}
    except REDIS_TROUBLE:
        return None
