"""Browser sessions and sign-in tickets: the right to act as a key for a while, so that no browser keeps the key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete
from sqlalchemy.orm import Session

from hub.access import keys, secret
from hub.ids import new_id
from hub.tables import BrowserSessionRow, KeyRow

AHEAD = timedelta(minutes=1)
"""How much longer than its life one may last: the clocks of two machines may differ by this."""


class SessionKind(StrEnum):
    """A session, or the ticket that starts one."""

    SESSION = "session"
    """A browser's, in a cookie."""
    TICKET = "ticket"
    """A sign-in link's: good for one use, which makes a session."""

    @property
    def life(self) -> timedelta:
        """How long it lasts."""
        return timedelta(days=7) if self is SessionKind.SESSION else timedelta(minutes=10)


@dataclass(frozen=True)
class NewBrowserSession:
    """A session or ticket just made, and the only sight of its secret."""

    text: str
    until: datetime

    def __repr__(self) -> str:
        return f"NewBrowserSession(until={self.until})"


def issue(session: Session, key: KeyRow, kind: SessionKind, at: datetime) -> NewBrowserSession:
    """A new one of a valid key, which it does not outlive; those that have ended are deleted."""
    ended = (BrowserSessionRow.expires_at < at, *(_undue(at, one) for one in SessionKind))
    for over in ended:  # one by one, each by the index
        session.execute(delete(BrowserSessionRow).where(over))
    row_id = new_id("pass")
    made = secret.make(_letter(kind), row_id)
    until = min(at + kind.life, key.expires_at or at + kind.life)
    session.add(BrowserSessionRow(id=row_id, key_id=key.id, kind=kind, digest=made.digest, expires_at=until))
    session.flush()
    return NewBrowserSession(made.text, until)


def path(ticket: NewBrowserSession) -> str:
    """Below the service's address. The ticket stands after `#`, which browsers send to nobody: no log sees it."""
    return f"/sign-in#{ticket.text}"


def find(session: Session, text: str, kind: SessionKind, at: datetime) -> tuple[KeyRow, BrowserSessionRow] | None:
    """The session or ticket with this secret, and its key, if both are valid at that moment."""
    shown = secret.read(_letter(kind), text)
    if shown is None:
        return None
    row = session.get(BrowserSessionRow, f"pass_{shown.number}")
    if not shown.proves(row.digest if row else None) or row is None or row.kind != kind:
        return None
    if not at < row.expires_at <= _latest(kind, at):  # only a clock that was wrong has given it a longer life
        return None
    key = session.get(KeyRow, row.key_id)
    return (key, row) if key is not None and keys.good(key, at) else None


def ended(session: Session, session_id: str) -> bool:
    """Whether it is deleted."""
    return session.get(BrowserSessionRow, session_id) is None


def spend(session: Session, text: str, at: datetime) -> KeyRow | None:
    """The key of a ticket, which this uses up; of several requests with it, one gets the key."""
    found = find(session, text, SessionKind.TICKET, at)
    return found[0] if found is not None and end(session, found[1].id) else None


def end(session: Session, session_id: str) -> bool:
    """Revoke it; whether it existed."""
    gone = session.execute(
        delete(BrowserSessionRow).where(BrowserSessionRow.id == session_id).returning(BrowserSessionRow.id)
    )
    return gone.scalar_one_or_none() is not None


def _latest(kind: SessionKind, at: datetime) -> datetime:
    """Until when one made at this moment can last."""
    return at + kind.life + AHEAD


def _undue(at: datetime, kind: SessionKind) -> ColumnElement[bool]:
    """Whether it lasts longer than any of its kind that was made until now."""
    return and_(BrowserSessionRow.kind == kind, BrowserSessionRow.expires_at > _latest(kind, at))


def _letter(kind: SessionKind) -> str:
    return {SessionKind.SESSION: "s", SessionKind.TICKET: "t"}[kind]
