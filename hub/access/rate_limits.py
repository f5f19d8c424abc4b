"""Rate limits: requests per minute, counted in Redis for all processes, or in this process while Redis is down."""

import threading
import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage

from hub.messaging.circuit_breaker import ANSWER_SECONDS, CircuitBreaker
from hub.messaging.redis_errors import REDIS_TROUBLE

WINDOW_SECONDS = 60
LIMIT_SHARE = 250
"""A process counts at most 1 / LIMIT_SHARE of a limit at a time."""
MOST_CLIENTS = 10_000
"""Number of remembered clients at which those whose windows have ended are forgotten."""


@dataclass(frozen=True)
class RateLimitStatus:
    """The state of a rate limit after a request."""

    limit: int
    remaining: int
    reset_seconds: int
    """Seconds until the window ends and the count restarts."""
    allowed: bool


@dataclass
class _Taken:
    """What this process has counted in Redis for a client in the current window."""

    ends: float
    """When the window ends, by the monotonic clock."""
    count: int = 0
    """Requests of all processes, when Redis was last asked."""
    asked: int = 0
    """Requests of this process."""
    left: int = 0
    """Requests that are already counted, but have not arrived yet."""


class RateLimiter:
    """Counts requests in fixed windows of a minute. A process that gets many requests counts several at a time, in
    advance, up to a 250th of the limit. So it asks Redis less often, and still no more requests pass than the
    limit allows. Thread-safe."""

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
        self._taken: dict[str, _Taken] = {}
        self._lock = threading.Lock()

    def hit(self, client: str, per_minute: int) -> RateLimitStatus:
        """Count a request of `client`, which has this limit per minute."""
        if (status := self.take(client, per_minute)) is not None:
            return status
        item = RateLimitItemPerMinute(per_minute)
        if not self._breaker.open:
            try:
                return self._hit_shared(item, client)
            except (StorageError, *REDIS_TROUBLE) as error:
                why = error.storage_error if isinstance(error, StorageError) else error
                self._breaker.trip(f"{why}; rate limits are counted in each process separately")
        return _status(per_minute, *_counted(self._own, item, client, 1))

    def take(self, client: str, per_minute: int) -> RateLimitStatus | None:
        """Use a request of `client` that was counted in advance; None if there is none. Does not wait."""
        now = time.monotonic()
        with self._lock:
            taken = self._taken.get(client)
            if taken is None or taken.left == 0 or taken.ends <= now:
                return None
            taken.left -= 1
            taken.asked += 1
            used = taken.count - taken.left
        return _status(per_minute, used, taken.ends - now)

    def _hit_shared(self, item: RateLimitItem, client: str) -> RateLimitStatus:
        wanted = self._wanted(item, client)
        count, seconds_left = _counted(self._shared, item, client, wanted)
        granted = min(wanted, item.amount - (count - wanted))
        if granted < 1:
            return _status(item.amount, count, seconds_left)
        count, more = min(count, item.amount), granted - 1
        if item.amount >= 2 * LIMIT_SHARE:
            self._keep(client, count, seconds_left, more)
        return _status(item.amount, count - more, seconds_left)

    def _wanted(self, item: RateLimitItem, client: str) -> int:
        """How many requests to count at a time: the more have arrived, the more are counted."""
        with self._lock:
            taken = self._taken.get(client)
            asked = 0 if taken is None or taken.ends <= time.monotonic() else taken.asked
        return max(1, min(item.amount // LIMIT_SHARE, asked // 4))

    def _keep(self, client: str, count: int, seconds_left: float, more: int) -> None:
        now = time.monotonic()
        with self._lock:
            taken = self._taken.get(client)
            if taken is None or taken.ends <= now:
                if len(self._taken) >= MOST_CLIENTS:
                    self._taken = {name: one for name, one in self._taken.items() if one.ends > now}
                taken = self._taken[client] = _Taken(now + min(WINDOW_SECONDS, seconds_left))
            taken.count = max(taken.count, count)
            taken.asked += 1
            taken.left += more


def _counted(storage: Storage, item: RateLimitItem, client: str, amount: int) -> tuple[int, float]:
    """Count `amount` requests. Returns the number of requests in the window so far, and the seconds until it ends. This
    is the library's fixed-window strategy with one Redis command less, because commands are most of the cost."""
    key = item.key_for(client)
    count = storage.incr(key, item.get_expiry(), amount)
    seconds_left = storage.get_expiry(key) - time.time()
    if seconds_left > WINDOW_SECONDS + 1:  # the clock was set back: the old window would last too long
        storage.clear(key)
        return _counted(storage, item, client, amount)
    return count, seconds_left


def _status(limit: int, count: int, seconds_left: float) -> RateLimitStatus:
    seconds = min(WINDOW_SECONDS, max(1, round(seconds_left)))
    return RateLimitStatus(limit, max(0, limit - count), seconds, count <= limit)
