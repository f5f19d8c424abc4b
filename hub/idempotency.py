"""Requests that may be repeated: the first answer under a key is kept, and comes again."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from gradus.errors import Conflict
from hub.tables import IdempotencyRow

KEPT = timedelta(hours=24)
"""How long a first answer is kept, at least: longer than any client goes on repeating."""
_KEY_LOCKS = 0x6B657973
"""Space of the Postgres advisory locks for keys. SQLite has one writer at a time anyway."""


@dataclass(frozen=True)
class Repeatable:
    """A request that its client may send again."""

    workspace_id: str
    key: str
    body: str
    """SHA-256 of all that is asked."""


def repeatable(workspace_id: str, key: str | None, *asked: str) -> Repeatable | None:
    """The request that asks this under a key; None without one."""
    digest = hashlib.sha256("\n".join(asked).encode()).hexdigest()
    return None if key is None else Repeatable(workspace_id, key, digest)


def claim(session: Session, request: Repeatable) -> IdempotencyRow | None:
    """The first answer under the key; if there is none, others with the key wait until this transaction ends.

    Raises:
        Conflict: the key was used for something else.
    """
    _hold(session, request)
    return first(session, request)


def first(session: Session, request: Repeatable) -> IdempotencyRow | None:
    """The first answer under the key, if there is one yet.

    Raises:
        Conflict: the key was used for something else.
    """
    row = session.get(IdempotencyRow, (request.workspace_id, request.key))
    if row is not None and row.body != request.body:
        raise Conflict(
            f"the Idempotency-Key was used for another request, which was about {subject(row)}: take a new key",
            code="idempotency_conflict",
        )
    return row


def keep(session: Session, request: Repeatable, subject_id: str, answer: str, at: datetime) -> None:
    """Keep the first answer under a claimed key; it goes when the experiment or sweep goes that it is about."""
    column = "sweep_id" if subject_id.startswith("swp_") else "experiment_id"
    row = IdempotencyRow(
        workspace_id=request.workspace_id, key=request.key, body=request.body, answer=answer, created_at=at
    )
    setattr(row, column, subject_id)
    session.add(row)
    session.flush()


def subject(row: IdempotencyRow) -> str:
    """The experiment or the sweep that the answer is about."""
    found = row.experiment_id or row.sweep_id
    assert found is not None
    return found


def forget(session: Session, at: datetime) -> int:
    """Drop the answers that nobody can want any more; how many there were. What a wrong clock dated later than now
    counts as of now: its client may still repeat it."""
    to_come = update(IdempotencyRow).where(IdempotencyRow.created_at > at)
    session.execute(to_come.values(created_at=at))
    old = delete(IdempotencyRow).where(IdempotencyRow.created_at < at - KEPT)
    return len(session.execute(old.returning(IdempotencyRow.key)).all())


def _hold(session: Session, request: Repeatable) -> None:
    if session.get_bind().dialect.name == "postgresql":
        name = f"{request.workspace_id}/{request.key}".encode()
        session.execute(select(func.pg_advisory_xact_lock(_KEY_LOCKS, crc32(name) - 2**31)))
