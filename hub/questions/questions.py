"""Questions in the database: ask, look for the answer, delete."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session, undefer

from gradus.errors import TooManyRequests
from gradus.wire.problem import Problem
from hub.access.quotas import NO_QUOTAS, Quotas, check_bytes_quota, lock
from hub.artifacts import pending_deletions
from hub.database.database import insert_of, now
from hub.datasets.datasets import bytes_of
from hub.ids import new_id
from hub.messaging.outbox import outbox
from hub.messaging.queue import FILES, IMPORTANCES, lane_of
from hub.messaging.queue import QUESTIONS as SHORT
from hub.questions.lanes import in_lane
from hub.questions.leases import LONG_FAILURE
from hub.questions.question import PREFIXES, Question, digest_of, experiment_of, understood
from hub.tables import ExperimentRow, QuestionRow

RETENTION = timedelta(days=7)
"""Time after which a question is deleted with its answer."""
MOST_OPEN = 100
"""Limit on the open questions of a workspace."""
MOST_OPEN_FILES = 2
"""Limit on a workspace's open files with predictions, each of which may take an hour while others wait."""
MOST_OPEN_IMPORTANCES = 5
"""Limit on a workspace's open questions about the importance of columns, each of which takes seconds."""
_LIMITS = {
    SHORT: (MOST_OPEN, "questions", 5),
    FILES: (MOST_OPEN_FILES, "files with predictions", 30),
    IMPORTANCES: (MOST_OPEN_IMPORTANCES, "questions about the importance of columns", 5),
}
"""Of each lane: the limit, what it counts, and the seconds after which to retry."""
BATCH = 100
"""Questions that are deleted in one transaction."""


@dataclass(frozen=True)
class Outcome:
    """The state of a question, with its answer or its failure."""

    id: str
    created_at: datetime
    answer: str | None
    """JSON; None unless the question was answered."""
    artifact: tuple[str, str] | None
    """Key and digest of the artifact with the files of the answer."""
    problem: Problem | None
    """Why there is no answer; None unless the question has failed."""

    @property
    def over(self) -> bool:
        """Whether the question was answered or has failed."""
        return self.answer is not None or self.problem is not None


def ask(session: Session, workspace_id: str, question: Question, quotas: Quotas = NO_QUOTAS) -> str:
    """Ask a question for a workspace. Returns its id. If an identical question is open or answered, the id is that of
    the identical question; if it has failed, it is asked again.

    Raises:
        TooManyRequests: the workspace has too many open questions, or stores too much.
    """
    at, digest = now(session), digest_of(question)
    mine = (QuestionRow.workspace_id == workspace_id, QuestionRow.digest == digest)
    found = session.scalars(select(QuestionRow).where(*mine)).one_or_none()
    if found is None or _is_due_again(found, at):
        _check_room(session, workspace_id, question, quotas)
    values = {
        "id": new_id(PREFIXES[question.kind]),
        "workspace_id": workspace_id,
        "experiment_id": experiment_of(question),
        "digest": digest,
        "request": question.model_dump_json(),
        "status": "open",
        "token": 0,
        "losses": 0,
        "created_at": at,
        "expires_at": at + RETENTION,
        "message_sent_at": at,
    }
    added = insert_of(session)(QuestionRow).values(**values).on_conflict_do_nothing().returning(QuestionRow.id)
    id_ = session.execute(added).scalar_one_or_none() or _again(session, workspace_id, digest, at)
    if id_ is not None:
        outbox(session).questions.append(id_)
        return id_
    return session.execute(select(QuestionRow.id).where(*mine)).scalar_one()


def _again(session: Session, workspace_id: str, digest: str, at: datetime) -> str | None:
    """Open a failed question again. Returns its id; None if it is open or answered, or has failed only recently."""
    mine = (QuestionRow.workspace_id == workspace_id, QuestionRow.digest == digest)
    failed = (QuestionRow.status == "failed", _is_due(at))
    fresh = {
        "status": "open",
        "problem": None,
        "finished_at": None,
        "losses": 0,
        "again_at": None,
        "owner": None,
        "lease_until": None,
    }
    opened = update(QuestionRow).where(*mine, *failed)
    opened = opened.values(**fresh, created_at=at, expires_at=at + RETENTION, message_sent_at=at)
    return session.execute(opened.returning(QuestionRow.id)).scalar_one_or_none()


def _is_due_again(row: QuestionRow, at: datetime) -> bool:
    is_kept = row.again_at is not None and at <= row.again_at <= at + LONG_FAILURE
    return row.status == "failed" and not is_kept


def _is_due(at: datetime) -> ColumnElement[bool]:
    """The condition that a failed question may be asked again. A wrong clock may have dated it too far in the
    future."""
    row = QuestionRow
    return or_(row.again_at.is_(None), row.again_at < at, row.again_at > at + LONG_FAILURE)


def _check_room(session: Session, workspace_id: str, question: Question, quotas: Quotas) -> None:
    lock(session, workspace_id)
    lane = lane_of(f"{PREFIXES[question.kind]}_")
    open_ = (QuestionRow.workspace_id == workspace_id, QuestionRow.status == "open", in_lane(lane))
    most, what, retry_after = _LIMITS[lane]
    if (session.scalar(select(func.count()).where(*open_)) or 0) >= most:
        raise TooManyRequests(
            f"this workspace has {most} open {what}: retry when some are answered",
            code="quota_questions",
            retry_after=retry_after,
        )
    check_bytes_quota(bytes_of(session, workspace_id), 0, quotas)


def outcome(session: Session, workspace_id: str, question_id: str) -> Outcome | None:
    """The state of a workspace's question; None if there is no question with this id."""
    mine = (QuestionRow.id == question_id, QuestionRow.workspace_id == workspace_id)
    row = session.scalars(select(QuestionRow).where(*mine).options(undefer(QuestionRow.answer))).one_or_none()
    if row is None:
        return None
    files = None if row.artifact is None or row.artifact_digest is None else (row.artifact, row.artifact_digest)
    problem = None if row.problem is None else Problem.model_validate_json(row.problem)
    return Outcome(row.id, row.created_at, row.answer, files, problem)


def known(session: Session, workspace_id: str, question: Question) -> Outcome | None:
    """The state of a question that was asked before; None if it was not asked."""
    mine = (QuestionRow.workspace_id == workspace_id, QuestionRow.digest == digest_of(question))
    id_ = session.scalar(select(QuestionRow.id).where(*mine))
    return None if id_ is None else outcome(session, workspace_id, id_)


def request_of(session: Session, workspace_id: str, question_id: str) -> Question | None:
    """A workspace's question with this id; None if there is none.

    Raises:
        NewerQuestion: it was asked by a newer version of the service.
    """
    mine = (QuestionRow.id == question_id, QuestionRow.workspace_id == workspace_id)
    request = session.scalar(select(QuestionRow.request).where(*mine))
    return None if request is None else understood(request)


def is_over(session: Session, workspace_id: str, question_id: str) -> bool:
    """Whether there is nothing to wait for: the question was answered, has failed or was deleted."""
    mine = (QuestionRow.id == question_id, QuestionRow.workspace_id == workspace_id, QuestionRow.status == "open")
    return session.scalar(select(QuestionRow.id).where(*mine)) is None


def delete_expired(session: Session, at: datetime) -> int:
    """Delete up to one batch of expired questions. Returns their number. Questions that a wrong clock dated too far in
    the future count as expired: they can be asked again."""
    expired = or_(QuestionRow.expires_at < at, QuestionRow.expires_at > at + 2 * RETENTION)
    query = select(QuestionRow.id).where(expired).limit(BATCH)
    return _delete(session, session.scalars(query.with_for_update(skip_locked=True)).all(), at)


def delete_of_experiment(session: Session, experiment_id: str, at: datetime) -> None:
    """Delete the questions about an experiment; those about several networks of a sweep are filed under the first."""
    query = select(QuestionRow.id).where(QuestionRow.experiment_id == experiment_id)
    _delete(session, session.scalars(query).all(), at)


def delete_of_networks(session: Session, experiment: ExperimentRow, at: datetime) -> None:
    """Delete the questions about several networks of a sweep that name one of its experiments."""
    query = (
        select(QuestionRow.id)
        .join(ExperimentRow, ExperimentRow.id == QuestionRow.experiment_id)
        .where(
            ExperimentRow.workspace_id == experiment.workspace_id,
            ExperimentRow.sweep_id == experiment.sweep_id,
            in_lane(IMPORTANCES),
            QuestionRow.request.contains(f'"{experiment.id}"', autoescape=True),
        )
    )
    _delete(session, session.scalars(query).all(), at)


def _delete(session: Session, ids: Iterable[str], at: datetime) -> int:
    """Delete questions, and after the commit their files, also those that a worker is about to store."""
    ids = list(ids)
    for id_ in ids:
        pending_deletions.expect(session, id_, at)
        outbox(session).deletions.append(id_)
    if ids:
        session.execute(delete(QuestionRow).where(QuestionRow.id.in_(ids)))
    return len(ids)
