"""First answers to requests that may be repeated."""

from datetime import datetime
from zlib import crc32

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gradus.errors import Conflict
from hub.tables import IdempotencyRow, SweepRow

_KEY_LOCKS = 0x6B657973
"""Space of the Postgres advisory locks for keys. SQLite has one writer at a time anyway."""


def claim(session: Session, workspace_id: str, key: str) -> IdempotencyRow | None:
    """The first answer under this key; if there is none, others with the key wait until this transaction ends.

    Raises:
        Conflict: a sweep was created under the key.
    """
    _hold(session, workspace_id, key)
    sweep = _sweep(session, workspace_id, key)
    if sweep is not None:
        raise _conflict(f"the sweep {sweep.id}")
    return session.get(IdempotencyRow, (workspace_id, key))


def claim_for_sweep(session: Session, workspace_id: str, key: str) -> SweepRow | None:
    """The sweep that was created under this key; if there is none, others with the key wait.

    Raises:
        Conflict: an experiment was created under the key.
    """
    _hold(session, workspace_id, key)
    first = session.get(IdempotencyRow, (workspace_id, key))
    if first is not None:
        raise _conflict(f"the experiment {first.experiment_id}")
    return _sweep(session, workspace_id, key)


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


def _hold(session: Session, workspace_id: str, key: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_KEY_LOCKS, crc32(f"{workspace_id}/{key}".encode()) - 2**31)))


def _sweep(session: Session, workspace_id: str, key: str) -> SweepRow | None:
    mine = select(SweepRow).where(SweepRow.workspace_id == workspace_id, SweepRow.key == key)
    return session.scalars(mine).one_or_none()


def _conflict(made: str) -> Conflict:
    return Conflict(f"the Idempotency-Key was used for {made}: take a new key", code="idempotency_conflict")
