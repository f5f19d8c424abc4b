"""Authentication by an API key or a browser session. A request from this machine needs one of them too."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy.exc import SQLAlchemyError

from api.auth.credentials import RequestCredentials
from api.auth.csrf import refuse_foreign_page
from gradus.errors import GradusError, TooManyRequests, Unauthorized
from gradus.wire.key import Role
from hub.access import browser_sessions, keys
from hub.access.browser_sessions import SessionKind
from hub.access.keys import Caller
from hub.access.rate_limits import RateLimiter, RateLimitStatus
from hub.database.changes import Unchanged
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


@dataclass(frozen=True)
class _Known:
    """A caller with a valid key."""

    caller: Caller
    until: datetime
    """The time at which the key expires, or its use must be recorded again."""


class Authenticator:
    """Identifies the caller of each request, and counts requests for the rate limits."""

    def __init__(self, hub: Hub, strangers_per_minute: int) -> None:
        self._hub = hub
        self._rates = RateLimiter(hub.settings.redis_url, hub.breaker)
        self._strangers_per_minute = strangers_per_minute
        self._known: Unchanged[bytes, _Known] = Unchanged()

    def known(self, credentials: RequestCredentials) -> Caller | None:
        """The caller that an API key has identified since the last commit; None if the database must be asked. Does not
        wait."""
        version, key = self._hub.changes.version(), credentials.bearer
        return None if version is None or key is None else self.known_at(version, key)

    def known_at(self, version: int, key: str) -> Caller | None:
        """Like `known`; `version` must be the current version of the database."""
        found = self._known.get(version, _digest(key))
        return found.caller if found is not None and datetime.now(UTC) < found.until else None

    def bearer(self, key: str) -> Caller | None:
        """The caller that an API key identifies; None if the key is not valid, which is not counted as an attempt."""
        at, version = datetime.now(UTC), self._hub.changes.version()
        with self._hub.read() as session:
            row = keys.find(session, key, at)
        if row is None:
            return None
        caller = self._caller(row, at, row.expires_at, None)
        if version is not None:
            self._known.put(version, _digest(key), _Known(caller, _until(row)))
        return caller

    def authenticate(self, credentials: RequestCredentials) -> Caller:
        """Return the caller that the credentials identify.

        Raises:
            Unauthorized: the credentials are missing or invalid.
            Forbidden: a page of another origin made the browser send the request.
            TooManyRequests: too many attempts from this address have failed.
        """
        key = credentials.bearer
        caller = self._session(credentials) if key is None else self.bearer(key)
        if caller is None:
            raise self.refusal(credentials)
        return caller

    def count(self, caller: Caller) -> RateLimitStatus:
        """Count a request against the rate limit of the caller's workspace."""
        return self._rates.hit(caller.workspace_id, self._requests_per_minute)

    def count_at_once(self, caller: Caller) -> RateLimitStatus | None:
        """Like `count`, without waiting; None if Redis must be asked."""
        return self._rates.take(caller.workspace_id, self._requests_per_minute)

    @property
    def _requests_per_minute(self) -> int:
        return self._hub.settings.quotas.requests_per_minute

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


def _digest(key: str) -> bytes:
    """The digest by which a key is looked up in memory. A comparison of the keys themselves could leak them through its
    timing."""
    return sha256(key.encode()).digest()


def _until(row: KeyRow) -> datetime:
    """The time until which a valid key identifies its caller without reading its row again."""
    stale = keys.stale_at(row)
    return stale if row.expires_at is None else min(stale, row.expires_at)
