"""Keys in the database: make, list, revoke, and who it is that shows one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, not_, or_, select, update
from sqlalchemy.orm import Session

from gradus.wire.key import KeyRecord, NewKey, Role
from hub.access import secret
from hub.ids import new_id
from hub.tables import BrowserSessionRow, KeyRow

_EXACTNESS = timedelta(minutes=1)
"""Of `used_at`: written more often, it would make every reader a writer."""


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    workspace_id: str
    role: Role
    key_id: str
    until: datetime | None = None
    """When the key, or the browser's session, ends."""
    session_id: str | None = None
    """Of the browser's session, if it is one: it can end before."""


def create(
    session: Session, workspace_id: str, name: str, role: Role, at: datetime, expires_at: datetime | None = None
) -> NewKey:
    """A new key. What it returns is the only thing that will ever show it."""
    row_id = new_id("key")
    made = secret.make("k", row_id)
    row = KeyRow(
        id=row_id,
        workspace_id=workspace_id,
        name=name,
        role=role,
        digest=made.digest,
        created_at=at,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return NewKey(**dict(record(row)), key=made.text)


def record(row: KeyRow) -> KeyRecord:
    """The key as clients see it."""
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
    """Let the key and its sessions open nothing any more; False if the workspace has no such key."""
    mine = (KeyRow.id == key_id, KeyRow.workspace_id == workspace_id)
    session.execute(update(KeyRow).where(*mine, KeyRow.revoked_at.is_(None)).values(revoked_at=at))
    if session.scalar(select(KeyRow.id).where(*mine)) is None:
        return False
    session.execute(delete(BrowserSessionRow).where(BrowserSessionRow.key_id == key_id))
    return True


def find(session: Session, text: str, at: datetime) -> KeyRow | None:
    """The key that the text is, if it is good at that moment."""
    shown = secret.read("k", text)
    if shown is None:
        return None
    row = session.get(KeyRow, f"key_{shown.number}")
    proven = shown.proves(row.digest if row else None)
    return row if row and proven and good(row, at) else None


def good(row: KeyRow, at: datetime) -> bool:
    """Whether the key lets anybody in at that moment."""
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > at)


def any_good(session: Session, at: datetime) -> bool:
    """Whether there is a key at all."""
    lasting = or_(KeyRow.expires_at.is_(None), KeyRow.expires_at > at)
    return session.scalar(select(KeyRow.id).where(KeyRow.revoked_at.is_(None), lasting).limit(1)) is not None


def stale(row: KeyRow, at: datetime) -> bool:
    """Whether its last use should be written down."""
    return row.used_at is None or abs(row.used_at - at) > _EXACTNESS


def used(session: Session, key_id: str, at: datetime) -> None:
    """Write down its last use, unless somebody else has."""
    known = KeyRow.used_at.between(at - _EXACTNESS, at + _EXACTNESS)
    stale_row = or_(KeyRow.used_at.is_(None), not_(known))
    session.execute(update(KeyRow).where(KeyRow.id == key_id, stale_row).values(used_at=at))
