"""The embedded service's own key: created at the first start, stored in `client.json` for the CLI and the client."""

from datetime import UTC, datetime

from gradus.wire.key import Role
from hub.access import browser_sessions, keys
from hub.access.browser_sessions import SessionKind
from hub.database.database import Database
from hub.tables import DEFAULT_WORKSPACE, KeyRow

NAME = "gradus up"


def own_key(database_url: str, previous: str | None) -> str:
    """The previous key if it is still valid, else a new one."""
    at = datetime.now(UTC)
    database = Database(database_url)
    try:
        with database.write() as session:
            if previous is not None and _is_usable(keys.find(session, previous, at)):
                return previous
            return keys.create(session, DEFAULT_WORKSPACE, NAME, Role.ADMIN, at).key
    finally:
        database.close()


def sign_in_path(database_url: str, key: str) -> str:
    """A path with a ticket that signs one browser in with this key."""
    at = datetime.now(UTC)
    database = Database(database_url)
    try:
        with database.write() as session:
            row = keys.find(session, key, at)
            assert row is not None, "the key was just checked"
            return browser_sessions.path(browser_sessions.issue(session, row, SessionKind.TICKET, at))
    finally:
        database.close()


def _is_usable(row: KeyRow | None) -> bool:
    return row is not None and row.workspace_id == DEFAULT_WORKSPACE and row.role == Role.ADMIN
