"""Authentication by an API key or a browser session. A request from this machine needs one of them too."""

import logging
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from api.auth.credentials import RequestCredentials
from api.auth.csrf import refuse_foreign_page
from gradus.errors import GradusError, TooManyRequests, Unauthorized
from gradus.wire.key import Role
from hub.access import browser_sessions, keys
from hub.access.browser_sessions import SessionKind
from hub.access.keys import Caller
from hub.access.rate_limits import RateLimiter, RateLimitStatus
from hub.hub import Hub
from hub.tables import KeyRow

STRANGERS_PER_MINUTE = 300
"""Rate limit on failed authentication attempts from one address."""
_HOW = (
    "send a key as 'Authorization: Bearer gk_…'. `gradus up` stores one in client.json in its data folder (~/.gradus "
    "by default); create more with `gradus keys create`, or with `python -m api.keys create` on the server"
)
"""Unauthenticated clients see this text, so it names no folder of this machine."""
logger = logging.getLogger(__name__)


class Authenticator:
    """Identifies the caller of each request, and counts requests for the rate limits."""

    def __init__(self, hub: Hub, strangers_per_minute: int) -> None:
        self._hub = hub
        self._rates = RateLimiter(hub.settings.redis_url, hub.breaker)
        self._strangers_per_minute = strangers_per_minute

    def authenticate(self, credentials: RequestCredentials) -> Caller:
        """Return the caller that the credentials identify.

        Raises:
            Unauthorized: the credentials are missing or invalid.
            Forbidden: a page of another origin made the browser send the request.
            TooManyRequests: too many attempts from this address have failed.
        """
        key = credentials.bearer
        caller = self._session(credentials) if key is None else self._bearer(key)
        if caller is None:
            raise self.refusal(credentials)
        return caller

    def count(self, caller: Caller) -> RateLimitStatus:
        """Count a request against the rate limit of the caller's workspace."""
        limit = self._hub.settings.quotas.requests_per_minute
        return self._rates.hit(caller.workspace_id, limit)

    def refusal(self, credentials: RequestCredentials) -> GradusError:
        """The error for an unauthenticated request. Failed attempts count against the rate limit of their address."""
        rate = self._rates.hit(f"stranger {credentials.address}", self._strangers_per_minute)
        if not rate.allowed:
            return TooManyRequests(
                f"more than {rate.limit} failed attempts a minute from this address: retry in {rate.reset_seconds} s",
                retry_after=rate.reset_seconds,
            )
        if credentials.authorization is None and credentials.cookie is None:
            return Unauthorized(f"an API key is required: {_HOW}", code="no_key")
        return Unauthorized(f"the key is invalid, expired or revoked: {_HOW}", code="bad_key")

    def still_valid(self, caller: Caller) -> bool:
        """Whether the key or the session of a caller who was authenticated earlier is still valid."""
        at = datetime.now(UTC)
        if caller.until is not None and caller.until <= at:
            return False
        with self._hub.read() as session:
            row = session.get(KeyRow, caller.key_id)
            signed_out = caller.session_id is not None and browser_sessions.ended(session, caller.session_id)
        return row is not None and keys.valid(row, at) and not signed_out

    def _bearer(self, text: str) -> Caller | None:
        at = datetime.now(UTC)
        with self._hub.read() as session:
            row = keys.find(session, text, at)
        return self._caller(row, at, row.expires_at, None) if row else None

    def _session(self, credentials: RequestCredentials) -> Caller | None:
        if credentials.cookie is None:
            return None
        at = datetime.now(UTC)
        with self._hub.read() as session:
            found = browser_sessions.find(session, credentials.cookie, SessionKind.SESSION, at)
        if found is None:
            return None
        refuse_foreign_page(credentials.request, proof=True)
        row, browser = found
        return self._caller(row, at, browser.expires_at, browser.id)

    def _caller(self, row: KeyRow, at: datetime, until: datetime | None, session_id: str | None) -> Caller:
        if keys.stale(row, at):
            try:
                with self._hub.write() as session:
                    keys.record_use(session, row.id, at)
            except SQLAlchemyError as error:  # the time is only for display: no request waits or fails for it
                logger.warning("cannot record the last use of key %s: %s", row.id, type(error).__name__)
        return Caller(row.workspace_id, Role(row.role), row.id, until, session_id)
