"""Passes: the right to act as a key for a while, so that a browser need not keep the key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete
from sqlalchemy.orm import Session

from hub.access import keys, secret
from hub.ids import new_id
from hub.tables import KeyRow, PassRow

AHEAD = timedelta(minutes=1)
"""How much longer than its life a pass may last: by so much the clocks of two machines may differ."""


class PassKind(StrEnum):
    """What a pass is for."""

    SESSION = "session"
    """A browser's, in a cookie."""
    TICKET = "ticket"
    """A sign-in link's: good for one use, which makes a session."""

    @property
    def life(self) -> timedelta:
        """How long it lasts."""
        return timedelta(days=7) if self is PassKind.SESSION else timedelta(minutes=10)


@dataclass(frozen=True)
class NewPass:
    """A pass, and the only sight of its secret."""

    text: str
    until: datetime

    def __repr__(self) -> str:
        return f"NewPass(until={self.until})"


def issue(session: Session, key: KeyRow, kind: PassKind, at: datetime) -> NewPass:
    """A new pass of a good key, which it does not outlive; and forget those that have ended."""
    for over in (PassRow.expires_at < at, *(_undue(at, one) for one in PassKind)):  # one by one, each by the index
        session.execute(delete(PassRow).where(over))
    row_id = new_id("pass")
    made = secret.make(_letter(kind), row_id)
    until = min(at + kind.life, key.expires_at or at + kind.life)
    session.add(PassRow(id=row_id, key_id=key.id, kind=kind, digest=made.digest, expires_at=until))
    session.flush()
    return NewPass(made.text, until)


def path(ticket: NewPass) -> str:
    """Below the service's address. The ticket stands after `#`, which browsers send to nobody: no log sees it."""
    return f"/sign-in#{ticket.text}"


def find(session: Session, text: str, kind: PassKind, at: datetime) -> tuple[KeyRow, PassRow] | None:
    """The pass that the text is, and its key, if both are good at that moment."""
    shown = secret.read(_letter(kind), text)
    if shown is None:
        return None
    row = session.get(PassRow, f"pass_{shown.number}")
    if not shown.proves(row.digest if row else None) or row is None or row.kind != kind:
        return None
    if not at < row.expires_at <= _latest(kind, at):  # only a clock that was wrong has given it a longer life
        return None
    key = session.get(KeyRow, row.key_id)
    return (key, row) if key is not None and keys.good(key, at) else None


def ended(session: Session, pass_id: str) -> bool:
    """Whether nothing is left of it."""
    return session.get(PassRow, pass_id) is None


def spend(session: Session, text: str, at: datetime) -> KeyRow | None:
    """The key of a ticket, which is gone with this; of several who show it at once, one gets it."""
    found = find(session, text, PassKind.TICKET, at)
    return found[0] if found is not None and end(session, found[1].id) else None


def end(session: Session, pass_id: str) -> bool:
    """Let it open nothing any more; whether it was there."""
    gone = session.execute(delete(PassRow).where(PassRow.id == pass_id).returning(PassRow.id))
    return gone.scalar_one_or_none() is not None


def _latest(kind: PassKind, at: datetime) -> datetime:
    """Until when a pass of this moment can last."""
    return at + kind.life + AHEAD


def _undue(at: datetime, kind: PassKind) -> ColumnElement[bool]:
    """Whether a pass lasts longer than any of its kind that was made until now."""
    return and_(PassRow.kind == kind, PassRow.expires_at > _latest(kind, at))


def _letter(kind: PassKind) -> str:
    return {PassKind.SESSION: "s", PassKind.TICKET: "t"}[kind]
