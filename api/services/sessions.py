"""Browsers' sessions: a key or a sign-in link becomes a cookie."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from gradus.errors import InvalidSpec
from gradus.wire.key import Role, SessionRecord, SignIn, SignInLink
from hub.access import browser_sessions, keys
from hub.access.browser_sessions import NewBrowserSession, SessionKind
from hub.access.keys import Caller
from hub.hub import Hub
from hub.tables import KeyRow


def sign_in(hub: Hub, shown: SignIn) -> tuple[SessionRecord, NewBrowserSession] | None:
    """A new session; None if the key or the ticket is not good.

    Raises:
        InvalidSpec: it shows neither, or both.
    """
    if (shown.key is None) == (shown.ticket is None):
        raise InvalidSpec("show either a key or the ticket of a sign-in link")
    at = datetime.now(UTC)
    with hub.write() as session:
        row = _row(session, shown, at)
        if row is None:
            return None
        made = browser_sessions.issue(session, row, SessionKind.SESSION, at)
        return SessionRecord(
            workspace=row.workspace_id, role=Role(row.role), key_id=row.id, expires_at=made.until
        ), made


def sign_out(hub: Hub, text: str) -> None:
    """End the session of a cookie, if it is one."""
    with hub.write() as session:
        found = browser_sessions.find(session, text, SessionKind.SESSION, datetime.now(UTC))
        if found is not None:
            browser_sessions.end(session, found[1].id)


def link(hub: Hub, caller: Caller) -> SignInLink:
    """An address that signs one browser in as the caller's key."""
    with hub.write() as session:
        row = session.get(KeyRow, caller.key_id)
        assert row is not None, "keys are never deleted"
        made = browser_sessions.issue(session, row, SessionKind.TICKET, datetime.now(UTC))
    return SignInLink(path=browser_sessions.path(made), expires_at=made.until)


def who(caller: Caller) -> SessionRecord:
    """Who the service takes the caller for."""
    return SessionRecord(workspace=caller.workspace_id, role=caller.role, key_id=caller.key_id, expires_at=caller.until)


def _row(session: Session, shown: SignIn, at: datetime) -> KeyRow | None:
    if shown.key is not None:
        return keys.find(session, shown.key, at)
    return browser_sessions.spend(session, shown.ticket or "", at)
