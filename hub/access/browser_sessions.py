"""Browser sessions and sign-in tickets: temporary credentials for a key, so that browsers need not store the key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete
from sqlalchemy.orm import Session

from hub.access import keys, secret
from hub.ids import new_id
from hub.tables import BrowserSessionRow, KeyRow

CLOCK_SKEW = timedelta(minutes=1)
"""Tolerance for sessions that seem to last too long: the clocks of two machines may differ by this much."""


class SessionKind(StrEnum):
    """A session, or the ticket that starts one."""

    SESSION = "session"
    """A browser's session, in a cookie."""
    TICKET = "ticket"
    """The secret of a sign-in link: valid for one use, which creates a session."""

    @property
    def life(self) -> timedelta:
        """Maximum lifetime."""
        return timedelta(days=7) if self is SessionKind.SESSION else timedelta(minutes=10)


@dataclass(frozen=True)
class NewBrowserSession:
    """A new session or ticket. Only this value contains its secret."""

    text: str
    until: datetime

    def __repr__(self) -> str:
        return f"NewBrowserSession(until={self.until})"


def issue(session: Session, key: KeyRow, kind: SessionKind, at: datetime) -> NewBrowserSession:
    """Create a session or ticket for a valid key. It expires with the key. Expired ones are deleted."""
    expired = (BrowserSessionRow.expires_at < at, *(_lasts_too_long(at, each) for each in SessionKind))
    for condition in expired:  # separate statements, each of which uses the index
        session.execute(delete(BrowserSessionRow).where(condition))
    row_id = new_id("pass")
    new = secret.create(_prefix(kind), row_id)
    until = min(at + kind.life, key.expires_at or at + kind.life)
    session.add(BrowserSessionRow(id=row_id, key_id=key.id, kind=kind, digest=new.digest, expires_at=until))
    session.flush()
    return NewBrowserSession(new.text, until)


def path(ticket: NewBrowserSession) -> str:
    """The sign-in path. Browsers do not send what follows `#`, so the ticket appears in no log."""
    return f"/sign-in#{ticket.text}"


def find(session: Session, text: str, kind: SessionKind, at: datetime) -> tuple[KeyRow, BrowserSessionRow] | None:
    """The key, and the session or ticket with this secret, if both are valid at that time."""
    credential = secret.read(_prefix(kind), text)
    if credential is None:
        return None
    row = session.get(BrowserSessionRow, f"pass_{credential.number}")
    if not credential.proves(row.digest if row else None) or row is None or row.kind != kind:
        return None
    if not at < row.expires_at <= _latest(kind, at):  # only a wrong clock can have given it a longer life
        return None
    key = session.get(KeyRow, row.key_id)
    return (key, row) if key is not None and keys.valid(key, at) else None


def ended(session: Session, session_id: str) -> bool:
    """Whether the session has been ended, that is, deleted."""
    return session.get(BrowserSessionRow, session_id) is None


def spend(session: Session, text: str, at: datetime) -> KeyRow | None:
    """Use up a ticket and return its key. Of several concurrent requests, only one gets the key."""
    found = find(session, text, SessionKind.TICKET, at)
    return found[0] if found is not None and end(session, found[1].id) else None


def end(session: Session, session_id: str) -> bool:
    """Delete a session or ticket. Returns whether it existed."""
    deleted = session.execute(
        delete(BrowserSessionRow).where(BrowserSessionRow.id == session_id).returning(BrowserSessionRow.id)
    )
    return deleted.scalar_one_or_none() is not None


def _latest(kind: SessionKind, at: datetime) -> datetime:
    """The latest expiry of a session created now."""
    return at + kind.life + CLOCK_SKEW


def _lasts_too_long(at: datetime, kind: SessionKind) -> ColumnElement[bool]:
    """Whether a session expires later than a session created now could."""
    return and_(BrowserSessionRow.kind == kind, BrowserSessionRow.expires_at > _latest(kind, at))


def _prefix(kind: SessionKind) -> str:
    return {SessionKind.SESSION: "s", SessionKind.TICKET: "t"}[kind]
