"""What will have to go from the artifact store, written down: the files of experiments that were deleted, or that are
only about to be there.

Nothing else would ever remove them if the process dies before it has, or the store is away. Of other experiments a
claim, their end, or their deletion finds what was left.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from hub.tables import RemovalRow

SOON = timedelta(minutes=1)
"""For so long nobody else removes what a process has said that it will."""
BATCH = 200


def due(session: Session, at: datetime) -> Sequence[RemovalRow]:
    """What was to be removed before, the oldest first; or, by a clock that was wrong, will have been."""
    before, to_come = RemovalRow.at < at - SOON, RemovalRow.at > at + SOON
    rows = (_oldest(session, condition) for condition in (before, to_come))  # two looks, each by the index
    return [row for found in rows for row in found]


def _oldest(session: Session, condition: ColumnElement[bool]) -> Sequence[RemovalRow]:
    return session.scalars(select(RemovalRow).where(condition).order_by(RemovalRow.at).limit(BATCH)).all()


def expect(session: Session, key: str, at: datetime) -> None:
    """Write down that this will have to go, unless it is withdrawn."""
    session.merge(RemovalRow(key=key, at=at))
    session.flush()


def withdraw(session: Session, key: str, at: datetime) -> bool:
    """Let what was expected then stay after all; False if somebody is about to remove it."""
    gone = delete(RemovalRow).where(RemovalRow.key == key, RemovalRow.at == at).returning(RemovalRow.key)
    return session.execute(gone).scalar_one_or_none() is not None


def take(session: Session, row: RemovalRow, at: datetime) -> bool:
    """Whether it is still to go; nobody can withdraw it any more."""
    ours = update(RemovalRow).where(RemovalRow.key == row.key, RemovalRow.at == row.at).values(at=at)
    return session.execute(ours.returning(RemovalRow.key)).scalar_one_or_none() is not None


def removed(session: Session, keys: Iterable[str], at: datetime) -> None:
    """Forget what is gone by now, but not what was written down once more since then."""
    for key in keys:
        session.execute(delete(RemovalRow).where(RemovalRow.key == key, RemovalRow.at == at))
