"""The door: who is let in. It takes a key or a browser's session; to come from this machine is neither."""

import logging
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from api.auth.credentials import RequestCredentials
from gradus.errors import GradusError, TooManyRequests, Unauthorized
from gradus.wire.key import Role
from hub.access import browser_sessions, keys
from hub.access.browser_sessions import SessionKind
from hub.access.keys import Caller
from hub.access.rate_limits import RateLimitStatus, Rates
from hub.hub import Hub
from hub.tables import KeyRow

STRANGERS_PER_MINUTE = 300
"""Failed attempts from one address."""
_HOW = (
    "send one as 'Authorization: Bearer gk_…'. `gradus up` keeps one in client.json in its data folder (~/.gradus, "
    "unless told otherwise); `gradus keys create` makes more, and `python -m api.keys create` on the server"
)
"""Told to strangers too: no folder of this machine is named."""
logger = logging.getLogger(__name__)


class Authenticator:
    """Asks every visitor."""

    def __init__(self, hub: Hub, strangers_per_minute: int) -> None:
        self._hub = hub
        self._rates = Rates(hub.settings.redis_url, hub.breaker)
        self._strangers_per_minute = strangers_per_minute

    def authenticate(self, credentials: RequestCredentials) -> Caller:
        """Who it is.

        Raises:
            Unauthorized: nobody who is known.
            Forbidden: a browser asks for another's page.
            TooManyRequests: of attempts that failed.
        """
        key = credentials.bearer
        caller = self._session(credentials) if key is None else self._bearer(key)
        if caller is None:
            raise self.refusal(credentials)
        return caller

    def count(self, caller: Caller) -> RateLimitStatus:
        """Count a request of the caller's workspace."""
        most = self._hub.settings.quotas.requests_per_minute
        return self._rates.hit(caller.workspace_id, most)

    def refusal(self, credentials: RequestCredentials) -> GradusError:
        """What to answer to who is not known. Who tries again and again from one address has to wait."""
        rate = self._rates.hit(f"stranger {credentials.address}", self._strangers_per_minute)
        if not rate.allowed:
            return TooManyRequests(
                f"more than {rate.limit} attempts a minute failed: wait", retry_after=rate.reset_seconds
            )
        if credentials.authorization is None and credentials.cookie is None:
            return Unauthorized(f"a key is needed: {_HOW}", code="no_key")
        return Unauthorized(f"the key is not known, has expired or was revoked: {_HOW}", code="bad_key")

    def still_good(self, caller: Caller) -> bool:
        """Whether somebody who was let in a while ago would be let in again."""
        at = datetime.now(UTC)
        if caller.until is not None and caller.until <= at:
            return False
        with self._hub.read() as session:
            row = session.get(KeyRow, caller.key_id)
            signed_out = caller.session_id is not None and browser_sessions.ended(session, caller.session_id)
        return row is not None and keys.good(row, at) and not signed_out

    def _bearer(self, text: str) -> Caller | None:
        at = datetime.now(UTC)
        with self._hub.read() as session:
            row = keys.find(session, text, at)
        return self._welcome(row, at, row.expires_at, None) if row else None

    def _session(self, credentials: RequestCredentials) -> Caller | None:
        if credentials.cookie is None:
            return None
        at = datetime.now(UTC)
        with self._hub.read() as session:
            found = browser_sessions.find(session, credentials.cookie, SessionKind.SESSION, at)
        if found is None:
            return None
        credentials.refuse_foreign_page(proof=True)
        row, browser = found
        return self._welcome(row, at, browser.expires_at, browser.id)

    def _welcome(self, row: KeyRow, at: datetime, until: datetime | None, session_id: str | None) -> Caller:
        if keys.stale(row, at):
            try:
                with self._hub.write() as session:
                    keys.used(session, row.id, at)
            except SQLAlchemyError as error:  # it is for people to look at: no request waits or fails for it
                logger.warning("the last use of %s is not written down: %s", row.id, type(error).__name__)
        return Caller(row.workspace_id, Role(row.role), row.id, until, session_id)
