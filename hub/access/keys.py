"""API keys in the database: create, list, revoke, verify."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, not_, or_, select, update
from sqlalchemy.orm import Session

from gradus.wire.key import KeyRecord, NewKey, Role
from hub.access import secret
from hub.ids import new_id
from hub.tables import BrowserSessionRow, KeyRow

_USED_AT_PRECISION = timedelta(minutes=1)
"""Precision of `used_at`. Writing it more often would turn every read request into a write."""


@dataclass(frozen=True)
class Caller:
    """An authenticated caller."""

    workspace_id: str
    role: Role
    key_id: str
    until: datetime | None = None
    """Expiry of the key or of the browser session."""
    session_id: str | None = None
    """Id of the browser session, if there is one. The session may be ended before `until`."""


def create(
    session: Session, workspace_id: str, name: str, role: Role, at: datetime, expires_at: datetime | None = None
) -> NewKey:
    """Create a key. Only the return value contains the key itself."""
    row_id = new_id("key")
    secret_of_key = secret.create("k", row_id)
    row = KeyRow(
        id=row_id,
        workspace_id=workspace_id,
        name=name,
        role=role,
        digest=secret_of_key.digest,
        created_at=at,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return NewKey(**dict(record(row)), key=secret_of_key.text)


def record(row: KeyRow) -> KeyRecord:
    """The key as clients see it, without its secret."""
    return KeyRecord(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        workspace=row.workspace_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )


def listing(session: Session, workspace_id: str) -> Sequence[KeyRecord]:
    """The keys of a workspace, newest first."""
    rows = session.scalars(select(KeyRow).where(KeyRow.workspace_id == workspace_id).order_by(KeyRow.id.desc()))
    return [record(row) for row in rows]


def revoke(session: Session, workspace_id: str, key_id: str, at: datetime) -> bool:
    """Revoke a key and end its sessions. Returns False if the workspace has no such key."""
    mine = (KeyRow.id == key_id, KeyRow.workspace_id == workspace_id)
    session.execute(update(KeyRow).where(*mine, KeyRow.revoked_at.is_(None)).values(revoked_at=at))
    if session.scalar(select(KeyRow.id).where(*mine)) is None:
        return False
    session.execute(delete(BrowserSessionRow).where(BrowserSessionRow.key_id == key_id))
    return True


def find(session: Session, text: str, at: datetime) -> KeyRow | None:
    """The key with this text, if it is valid at that time."""
    credential = secret.read("k", text)
    if credential is None:
        return None
    row = session.get(KeyRow, f"key_{credential.number}")
    proven = credential.proves(row.digest if row else None)
    return row if row and proven and valid(row, at) else None


def valid(row: KeyRow, at: datetime) -> bool:
    """Whether the key is neither revoked nor expired at that time."""
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > at)


def any_valid(session: Session, at: datetime) -> bool:
    """Whether any valid key exists."""
    not_expired = or_(KeyRow.expires_at.is_(None), KeyRow.expires_at > at)
    return session.scalar(select(KeyRow.id).where(KeyRow.revoked_at.is_(None), not_expired).limit(1)) is not None


def stale(row: KeyRow, at: datetime) -> bool:
    """Whether the recorded time of the last use is out of date."""
    return row.used_at is None or abs(row.used_at - at) > _USED_AT_PRECISION


def stale_at(row: KeyRow) -> datetime:
    """When the recorded time of the last use becomes, or became, out of date."""
    return row.created_at if row.used_at is None else row.used_at + _USED_AT_PRECISION


def record_use(session: Session, key_id: str, at: datetime) -> None:
    """Record the last use, unless another process has done so."""
    up_to_date = KeyRow.used_at.between(at - _USED_AT_PRECISION, at + _USED_AT_PRECISION)
    stale_row = or_(KeyRow.used_at.is_(None), not_(up_to_date))
    session.execute(update(KeyRow).where(KeyRow.id == key_id, stale_row).values(used_at=at))
