"""First answers to requests that may be repeated."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.tables import IdempotencyRow


def find(session: Session, key: str) -> IdempotencyRow | None:
    """The first answer under this key."""
    return session.get(IdempotencyRow, key)


def keep(session: Session, key: str, body: str, answer: str, experiment_id: str, at: datetime) -> None:
    """Keep the first answer; a second one under the same key violates the table's primary key."""
    session.add(IdempotencyRow(key=key, body=body, answer=answer, experiment_id=experiment_id, created_at=at))
    session.flush()
