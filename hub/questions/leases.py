"""Leases of questions: one worker at a time answers a question, and only its answer counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from gradus.errors import GradusError, TooLarge, Unavailable
from hub.artifacts import pending_deletions
from hub.artifacts.manifest import Receipt
from hub.database.database import now
from hub.jobs.leases import LeaseLost, is_expired
from hub.messaging.outbox import outbox
from hub.questions.lanes import in_lane
from hub.questions.question import Question, understood
from hub.tables import QuestionRow

MAX_LOSSES = 1
"""Maximum number of losses, of a worker or of its process, after which a question is tried again."""
FAILURE = timedelta(seconds=10)
"""Time for which a failed question is not asked again: its clients poll, and must see that it has failed."""
LONG_FAILURE = timedelta(hours=1)
"""Replaces `FAILURE` for a question that took too much time or memory: it would do so again."""
_LOST = Unavailable("the process that computed the answer was lost twice: see the worker's log", code="not_answered")


@dataclass(frozen=True)
class QuestionLease:
    """The right to answer a question, until another worker gets a greater fencing token."""

    question_id: str
    owner: str
    token: int
    term: timedelta

    @property
    def key(self) -> str:
        """Key of the artifact with the files of this answer."""
        return key_of(self.question_id, self.token)


@dataclass(frozen=True)
class ClaimedQuestion:
    """A claimed question."""

    lease: QuestionLease
    question: Question
    workspace_id: str


def key_of(question_id: str, token: int) -> str:
    """The key of an answer's files. It contains the fencing token, so that a stale worker overwrites nothing."""
    return f"{question_id}/{token}"


def claim(session: Session, question_id: str, owner: str, term: timedelta) -> ClaimedQuestion | None:
    """Claim an open question; None if it cannot be claimed. After too many losses it fails.

    Raises:
        NewerQuestion: it was asked by a newer version of the service, whose workers must answer it.
    """
    at = now(session)
    opened = (QuestionRow.id == question_id, QuestionRow.status == "open")
    expired = is_expired(session, QuestionRow.lease_until, at, term)
    lost = update(QuestionRow).where(*opened, QuestionRow.owner.is_not(None), expired)
    session.execute(lost.values(owner=None, losses=QuestionRow.losses + 1))
    take = update(QuestionRow).where(*opened, QuestionRow.owner.is_(None))
    taken = take.values(owner=owner, token=QuestionRow.token + 1, lease_until=at + term)
    columns = QuestionRow.token, QuestionRow.losses, QuestionRow.request, QuestionRow.workspace_id
    row = session.execute(taken.returning(*columns)).one_or_none()
    if row is None:
        return None
    token, losses, request, workspace_id = row
    lease = QuestionLease(question_id, owner, token, term)
    if token > 1:
        _delete_files(session, key_of(question_id, token - 1), at)
    if losses > MAX_LOSSES:
        fail(session, lease, _LOST)
        return None
    return ClaimedQuestion(lease, understood(request), workspace_id)


def heartbeat(session: Session, lease: QuestionLease) -> None:
    """Renew the lease.

    Raises:
        LeaseLost: another worker has taken the question since, or it was deleted.
    """
    _change(session, lease, lease_until=now(session) + lease.term)


def answered(session: Session, lease: QuestionLease, answer: str, files: Receipt | None) -> None:
    """Record the answer, JSON, and its files.

    Raises:
        LeaseLost: another worker has taken the question since, or it was deleted.
    """
    stored = {} if files is None else {"artifact": lease.key, "artifact_digest": files.digest}
    size = len(answer.encode()) + (0 if files is None else files.size)
    _finish(session, lease, status="answered", answer=answer, bytes=size, **stored)


def fail(session: Session, lease: QuestionLease, error: GradusError) -> None:
    """Record why there is no answer.

    Raises:
        LeaseLost: another worker has taken the question since, or it was deleted.
    """
    again = now(session) + (LONG_FAILURE if error.status == TooLarge.status else FAILURE)
    _finish(session, lease, status="failed", problem=error.problem().model_dump_json(), again_at=again)


def record_loss(session: Session, lease: QuestionLease) -> None:
    """Record that the process that computed the answer was lost: the question is tried again, or fails.

    Raises:
        LeaseLost: another worker has taken the question since, or it was deleted.
    """
    losses = select(QuestionRow.losses).where(QuestionRow.id == lease.question_id).scalar_subquery()
    if (session.scalar(select(losses)) or 0) >= MAX_LOSSES:
        return fail(session, lease, _LOST)
    return release(session, lease, losses=1)


def release(session: Session, lease: QuestionLease, losses: int = 0) -> None:
    """Release the question, so that any worker can answer it at once.

    Raises:
        LeaseLost: another worker has taken the question since, or it was deleted.
    """
    free = {"owner": None, "lease_until": None, "message_sent_at": now(session)}
    _change(session, lease, losses=QuestionRow.losses + losses, **free)
    outbox(session).questions.append(lease.question_id)


def resend(lane: str, session: Session, at: datetime, term: timedelta, delivery: timedelta, limit: int) -> int:
    """Send messages again about questions of a lane that no worker answers. Call this when its queue is empty.

    Returns the number of messages.
    """
    row = QuestionRow
    free = or_(row.owner.is_(None), is_expired(session, row.lease_until, at, term))
    lost: ColumnElement[bool] = or_(row.message_sent_at < at - delivery, row.message_sent_at > at + delivery)
    query = select(row.id).where(row.status == "open", in_lane(lane), free, lost).order_by(row.message_sent_at, row.id)
    ids = session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()
    if ids:
        session.execute(update(row).where(row.id.in_(ids)).values(message_sent_at=at))
        outbox(session).questions.extend(ids)
    return len(ids)


def may_delete_files(session: Session, lease: QuestionLease) -> bool:
    """Whether the files stored under this lease are not needed: the question was deleted, or this lease is over and the
    answer does not refer to them."""
    row = session.get(QuestionRow, lease.question_id)
    return row is None or (row.artifact != lease.key and (row.status != "open" or row.token != lease.token))


def is_current(session: Session, question_id: str, token: int) -> bool:
    """Whether the worker with this token may still be answering the question."""
    row = session.get(QuestionRow, question_id)
    return row is not None and row.status == "open" and row.token == token and row.owner is not None


def _change(session: Session, lease: QuestionLease, **values: Any) -> None:
    ours = (
        QuestionRow.id == lease.question_id,
        QuestionRow.token == lease.token,
        QuestionRow.owner == lease.owner,
        QuestionRow.status == "open",
    )
    changed = update(QuestionRow).where(*ours).values(**values).returning(QuestionRow.id)
    if session.execute(changed).scalar_one_or_none() is None:
        raise LeaseLost(f"{lease.owner} no longer holds {lease.question_id}")


def _finish(session: Session, lease: QuestionLease, **values: Any) -> None:
    _change(session, lease, finished_at=now(session), owner=None, lease_until=None, **values)
    outbox(session).events.add(lease.question_id)


def _delete_files(session: Session, key: str, at: datetime) -> None:
    """After the commit, delete what an earlier worker may have stored: at once, and again later, because that worker
    may not have noticed yet that it lost its lease."""
    pending_deletions.expect(session, key, at)
    outbox(session).deletions.append(key)
