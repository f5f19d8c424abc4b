"""First answers to requests that may be repeated."""

from datetime import datetime
from zlib import crc32

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.tables import IdempotencyRow

_KEY_LOCKS = 0x6B657973
"""Space of the Postgres advisory locks for keys. SQLite has one writer at a time anyway."""


def claim(session: Session, workspace_id: str, key: str) -> IdempotencyRow | None:
    """The first answer under this key; if there is none, others with the key wait until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_KEY_LOCKS, crc32(f"{workspace_id}/{key}".encode()) - 2**31)))
    return session.get(IdempotencyRow, (workspace_id, key))


def keep(
    session: Session, workspace_id: str, key: str, body: str, answer: str, experiment_id: str, at: datetime
) -> None:
    """Keep the first answer under a claimed key."""
    session.add(
        IdempotencyRow(
            workspace_id=workspace_id, key=key, body=body, answer=answer, experiment_id=experiment_id, created_at=at
        )
    )
    session.flush()
