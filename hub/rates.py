"""How many requests a minute: counted in Redis for all processes together, or here while Redis is down."""

import logging
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

WINDOW_SECONDS = 60
_PATIENCE = 5.0
"""Seconds before a Redis that failed is asked again."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """Where somebody stands after a request."""

    limit: int
    left: int
    reset_seconds: int
    """Until the count begins anew."""
    allowed: bool


class Rates:
    """Counts requests in windows of a minute."""

    def __init__(self, redis_url: str) -> None:
        options = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
        shared = storage_from_string(redis_url, wrap_exceptions=True, key_prefix="gradus:rates", **options)
        self._shared = FixedWindowRateLimiter(shared)
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._ask_again_at = 0.0

    def hit(self, who: str, per_minute: int) -> Standing:
        """Count a request of somebody, who may make so many a minute."""
        item = RateLimitItemPerMinute(per_minute)
        if time.monotonic() >= self._ask_again_at:
            try:
                return _hit(self._shared, item, who)
            except StorageError as error:
                self._ask_again_at = time.monotonic() + _PATIENCE
                logger.warning("requests are counted in this process alone: %s", error.storage_error)
        return _hit(self._own, item, who)


def _hit(limiter: FixedWindowRateLimiter, item: RateLimitItemPerMinute, who: str) -> Standing:
    allowed = limiter.hit(item, who)
    window = limiter.get_window_stats(item, who)
    seconds = min(WINDOW_SECONDS, max(1, round(window.reset_time - time.time())))
    return Standing(item.amount, window.remaining, seconds, allowed)
