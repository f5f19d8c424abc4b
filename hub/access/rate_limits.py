"""How many requests a minute: counted in Redis for all processes together, or here while Redis is down."""

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
    """Where somebody stands after a request."""

    limit: int
    left: int
    reset_seconds: int
    """Until the count begins anew."""
    allowed: bool


class Rates:
    """Counts requests in windows of a minute."""

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

    def hit(self, who: str, per_minute: int) -> RateLimitStatus:
        """Count a request of somebody, who may make so many a minute."""
        item = RateLimitItemPerMinute(per_minute)
        if not self._breaker.open:
            try:
                return _hit(self._shared, item, who)
            except (StorageError, *REDIS_TROUBLE) as error:
                why = error.storage_error if isinstance(error, StorageError) else error
                self._breaker.trip(f"{why}; requests are counted in this process alone")
        return _hit(self._own, item, who)


def _hit(storage: Storage, item: RateLimitItem, who: str) -> RateLimitStatus:
    """The strategy of the library's fixed windows, with one question less: asking Redis is most of its price."""
    key = item.key_for(who)
    count = storage.incr(key, item.get_expiry())
    left = storage.get_expiry(key) - time.time()
    if left > WINDOW_SECONDS + 1:  # the clock was set back: a window that began before would last until it is caught up
        storage.clear(key)
        return _hit(storage, item, who)
    seconds = min(WINDOW_SECONDS, max(1, round(left)))
    return RateLimitStatus(item.amount, max(0, item.amount - count), seconds, count <= item.amount)
