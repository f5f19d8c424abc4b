"""Browser sessions: exchange a key or a sign-in link for a session cookie."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from gradus.errors import InvalidSpec
from gradus.wire.key import Role, SessionRecord, SignIn, SignInLink
from hub.access import browser_sessions, keys
from hub.access.browser_sessions import NewBrowserSession, SessionKind
from hub.access.keys import Caller
from hub.hub import Hub
from hub.tables import KeyRow


def sign_in(hub: Hub, request: SignIn) -> tuple[SessionRecord, NewBrowserSession] | None:
    """Create a session; None if the key or the ticket is invalid.

    Raises:
        InvalidSpec: the request has neither a key nor a ticket, or both.
    """
    if (request.key is None) == (request.ticket is None):
        raise InvalidSpec("send either a key or the ticket of a sign-in link")
    at = datetime.now(UTC)
    with hub.write() as session:
        row = _row(session, request, at)
        if row is None:
            return None
        new_session = browser_sessions.issue(session, row, SessionKind.SESSION, at)
        return SessionRecord(
            workspace=row.workspace_id, role=Role(row.role), key_id=row.id, expires_at=new_session.until
        ), new_session


def sign_out(hub: Hub, text: str) -> None:
    """End the session with this cookie, if it exists."""
    with hub.write() as session:
        found = browser_sessions.find(session, text, SessionKind.SESSION, datetime.now(UTC))
        if found is not None:
            browser_sessions.end(session, found[1].id)


def link(hub: Hub, caller: Caller) -> SignInLink:
    """Create a link that signs one browser in with the caller's key."""
    with hub.write() as session:
        row = session.get(KeyRow, caller.key_id)
        assert row is not None, "keys are never deleted"
        new_session = browser_sessions.issue(session, row, SessionKind.TICKET, datetime.now(UTC))
    return SignInLink(path=browser_sessions.path(new_session), expires_at=new_session.until)


def who(caller: Caller) -> SessionRecord:
    """The caller's workspace, role, key and expiry."""
    return SessionRecord(workspace=caller.workspace_id, role=caller.role, key_id=caller.key_id, expires_at=caller.until)


def _row(session: Session, request: SignIn, at: datetime) -> KeyRow | None:
    if request.key is not None:
        return keys.find(session, request.key, at)
    return browser_sessions.spend(session, request.ticket or "", at)
