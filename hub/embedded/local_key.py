"""The key of this machine's service: made at its first start, kept in `client.json` for the CLI and the client."""

from datetime import UTC, datetime

from gradus.wire.key import Role
from hub.access import browser_sessions, keys
from hub.access.browser_sessions import SessionKind
from hub.database.database import Database
from hub.tables import DEFAULT_WORKSPACE, KeyRow

NAME = "gradus up"


def own_key(database_url: str, before: str | None) -> str:
    """The key of before, if it is still good, else a new one."""
    at = datetime.now(UTC)
    database = Database(database_url)
    try:
        with database.write() as session:
            if before is not None and _good(keys.find(session, before, at)):
                return before
            return keys.create(session, DEFAULT_WORKSPACE, NAME, Role.ADMIN, at).key
    finally:
        database.close()


def sign_in_path(database_url: str, key: str) -> str:
    """Where one browser signs in with this key, once."""
    at = datetime.now(UTC)
    database = Database(database_url)
    try:
        with database.write() as session:
            row = keys.find(session, key, at)
            assert row is not None, "it was good a moment ago"
            return browser_sessions.path(browser_sessions.issue(session, row, SessionKind.TICKET, at))
    finally:
        database.close()


def _good(row: KeyRow | None) -> bool:
    return row is not None and row.workspace_id == DEFAULT_WORKSPACE and row.role == Role.ADMIN
