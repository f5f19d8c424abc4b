"""The lease on a version that is being read: one worker may write, and only while it holds the newest fencing token.

The dataset's row is locked first in each of these transactions, as in its deletion.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from hub.artifacts import pending_deletions
from hub.jobs.leases import LeaseLost
from hub.messaging.outbox import outbox
from hub.tables import DatasetRow, DatasetVersionRow


@dataclass(frozen=True)
class ReadingLease:
    """The right to write for a version, until another worker gets a greater fencing token."""

    version_id: str
    dataset_id: str
    owner: str
    token: int
    term: timedelta

    @property
    def key(self) -> str:
        """Key of the artifact that this reading stores."""
        return key_of(self.version_id, self.token)


def key_of(version_id: str, token: int) -> str:
    """The key of a stored table. It contains the fencing token, so that a stale worker overwrites nothing."""
    return f"{version_id}/{token}"


def is_open() -> ColumnElement[bool]:
    """Whether a version is to be read, or to be examined again."""
    return or_(DatasetVersionRow.status == "reading", DatasetVersionRow.stale)


def lock(session: Session, dataset_id: str) -> bool:
    """Lock the data set's row until the transaction ends. Returns False if it was deleted."""
    query = select(DatasetRow.id).where(DatasetRow.id == dataset_id).with_for_update(key_share=True)
    return session.execute(query).scalar_one_or_none() is not None


def change(session: Session, lease: ReadingLease, **values: Any) -> None:
    """Change columns of the version.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    ours = (
        DatasetVersionRow.id == lease.version_id,
        DatasetVersionRow.token == lease.token,
        DatasetVersionRow.owner == lease.owner,
        is_open(),
    )
    changed = update(DatasetVersionRow).where(*ours).values(**values).returning(DatasetVersionRow.id)
    if session.execute(changed).scalar_one_or_none() is None:
        raise LeaseLost(f"{lease.owner} no longer holds {lease.version_id}")


def delete_tables(session: Session, version_id: str, tokens: range, at: datetime) -> None:
    """After the commit, delete what earlier readings may have stored: at once, and again later, because a worker may
    not have noticed yet that it lost its lease."""
    for token in tokens:
        pending_deletions.expect(session, key_of(version_id, token), at)
        outbox(session).deletions.append(key_of(version_id, token))
