"""Rate limits: requests per minute, counted in Redis for all processes, or in this process while Redis is down."""

import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage

from hub.messaging.circuit_breaker import ANSWER_SECONDS, CircuitBreaker
from hub.messaging.redis_errors import REDIS_TROUBLE

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class RateLimitStatus:
    """The state of a rate limit after a request."""

    limit: int
    remaining: int
    reset_seconds: int
    """Seconds until the window ends and the count restarts."""
    allowed: bool


class RateLimiter:
    """Counts requests in fixed windows of a minute."""

    def __init__(self, redis_url: str, breaker: CircuitBreaker | None = None) -> None:
        self._shared = RedisStorage(
            redis_url,
            wrap_exceptions=True,
            key_prefix="gradus:rates",
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
        )
        self._own = MemoryStorage()
        self._breaker = breaker or CircuitBreaker(redis_url)

    def hit(self, client: str, per_minute: int) -> RateLimitStatus:
        """Count a request of `client`, which has this limit per minute."""
        item = RateLimitItemPerMinute(per_minute)
        if not self._breaker.open:
            try:
                return _hit(self._shared, item, client)
            except (StorageError, *REDIS_TROUBLE) as error:
                why = error.storage_error if isinstance(error, StorageError) else error
                self._breaker.trip(f"{why}; rate limits are counted in each process separately")
        return _hit(self._own, item, client)


def _hit(storage: Storage, item: RateLimitItem, client: str) -> RateLimitStatus:
    """The library's fixed-window strategy with one Redis command less, because commands are most of the cost."""
    key = item.key_for(client)
    count = storage.incr(key, item.get_expiry())
    seconds_left = storage.get_expiry(key) - time.time()
    if seconds_left > WINDOW_SECONDS + 1:  # the clock was set back: the old window would last too long
        storage.clear(key)
        return _hit(storage, item, client)
    seconds = min(WINDOW_SECONDS, max(1, round(seconds_left)))
    return RateLimitStatus(item.amount, max(0, item.amount - count), seconds, count <= item.amount)
