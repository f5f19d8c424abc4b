"""Pending deletions from the artifact store, recorded in the database: the files of experiments that were deleted, or
that are about to be created.

Without these records the files would stay forever if the process died first, or if the store were unreachable. The
orphaned files of all other experiments are found at their next claim, at their end, or at their deletion.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from hub.tables import RemovalRow

RESERVED = timedelta(minutes=1)
"""Time for which a pending deletion is left to the process that recorded it."""
BATCH = 200


def due(session: Session, at: datetime) -> Sequence[RemovalRow]:
    """Overdue deletions, oldest first, and those that a wrong clock dated in the future."""
    before, in_future = RemovalRow.at < at - RESERVED, RemovalRow.at > at + RESERVED
    rows = (_oldest(session, condition) for condition in (before, in_future))  # two queries, each uses the index
    return [row for batch in rows for row in batch]


def _oldest(session: Session, condition: ColumnElement[bool]) -> Sequence[RemovalRow]:
    return session.scalars(select(RemovalRow).where(condition).order_by(RemovalRow.at).limit(BATCH)).all()


def expect(session: Session, key: str, at: datetime) -> None:
    """Record that this key is to be deleted, unless the record is withdrawn."""
    session.merge(RemovalRow(key=key, at=at))
    session.flush()


def withdraw(session: Session, key: str, at: datetime) -> bool:
    """Withdraw the deletion recorded at this time. Returns False if another process may already be deleting the key."""
    withdrawn = delete(RemovalRow).where(RemovalRow.key == key, RemovalRow.at == at).returning(RemovalRow.key)
    return session.execute(withdrawn).scalar_one_or_none() is not None


def take(session: Session, row: RemovalRow, at: datetime) -> bool:
    """Take over a pending deletion, which then cannot be withdrawn. Returns False if it was withdrawn before."""
    taken = update(RemovalRow).where(RemovalRow.key == row.key, RemovalRow.at == row.at).values(at=at)
    return session.execute(taken.returning(RemovalRow.key)).scalar_one_or_none() is not None


def removed(session: Session, keys: Iterable[str], at: datetime) -> None:
    """Delete the records of completed deletions, unless they were recorded again in the meantime."""
    for key in keys:
        session.execute(delete(RemovalRow).where(RemovalRow.key == key, RemovalRow.at == at))
