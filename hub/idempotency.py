"""Idempotency keys: the first response to a key is stored and returned to repeats."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from gradus.errors import Conflict
from hub.tables import IdempotencyRow

RETENTION = timedelta(hours=24)
"""Minimum time for which a response is stored: longer than any client keeps retrying."""
_KEY_LOCKS = 0x6B657973
"""Namespace of the Postgres advisory locks for keys. SQLite has only one writer at a time anyway."""
_COLUMNS = {"exp_": "experiment_id", "swp_": "sweep_id", "dst_": "dataset_id", "upl_": "upload_id"}
"""The column for the id of what a response is about, by the prefix of that id."""


@dataclass(frozen=True)
class Repeatable:
    """A request with an idempotency key, which its client may repeat."""

    workspace_id: str
    key: str
    body: str
    """SHA-256 of the request."""


def repeatable(workspace_id: str, key: str | None, *parts: str) -> Repeatable | None:
    """The request with this key and these parts, such as its path and body; None without a key."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return None if key is None else Repeatable(workspace_id, key, digest)


def claim(session: Session, request: Repeatable) -> IdempotencyRow | None:
    """The stored response of the key. If there is none, other requests with the key wait until this transaction ends.

    Raises:
        Conflict: the key was used for another request.
    """
    _lock(session, request)
    return first(session, request)


def first(session: Session, request: Repeatable) -> IdempotencyRow | None:
    """The stored response of the key, if any.

    Raises:
        Conflict: the key was used for another request.
    """
    row = session.get(IdempotencyRow, (request.workspace_id, request.key))
    if row is not None and row.body != request.body:
        raise Conflict(
            f"the Idempotency-Key was already used for another request, about {subject(row)}: use a new key",
            code="idempotency_conflict",
        )
    return row


def keep(session: Session, request: Repeatable, subject_id: str, answer: str, at: datetime) -> None:
    """Store the response under a claimed key. It is deleted together with the object that it is about."""
    column = _COLUMNS[subject_id[:4]]
    row = IdempotencyRow(
        workspace_id=request.workspace_id, key=request.key, body=request.body, answer=answer, created_at=at
    )
    setattr(row, column, subject_id)
    session.add(row)
    session.flush()


def subject(row: IdempotencyRow) -> str:
    """The id of the experiment, the sweep, the data set or the upload in the response."""
    found = row.experiment_id or row.sweep_id or row.dataset_id or row.upload_id
    assert found is not None
    return found


def delete_expired(session: Session, at: datetime) -> int:
    """Delete expired responses, and return their number. A response that a wrong clock dated in the future gets the
    present time, because its client may still repeat the request."""
    in_future = update(IdempotencyRow).where(IdempotencyRow.created_at > at)
    session.execute(in_future.values(created_at=at))
    expired = delete(IdempotencyRow).where(IdempotencyRow.created_at < at - RETENTION)
    return len(session.execute(expired.returning(IdempotencyRow.key)).all())


def _lock(session: Session, request: Repeatable) -> None:
    if session.get_bind().dialect.name == "postgresql":
        name = f"{request.workspace_id}/{request.key}".encode()
        session.execute(select(func.pg_advisory_xact_lock(_KEY_LOCKS, crc32(name) - 2**31)))
