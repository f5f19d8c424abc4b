"""A circuit breaker for Redis: while Redis hangs, urgent callers do not wait for it."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

import redis

from hub.messaging.redis_errors import REDIS_TROUBLE

INTERVAL_SECONDS = 1.0
"""Time between two checks whether Redis answers again."""
ANSWER_SECONDS = 0.25
"""Timeout of urgent commands."""
T = TypeVar("T")
logger = logging.getLogger(__name__)


class CircuitBreaker:
    """Opens when a command to Redis fails, and closes when a background thread gets an answer again."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)
        self._lock = threading.Lock()
        self._open = False
        self._closed = threading.Event()

    @property
    def open(self) -> bool:
        """Whether Redis is considered unreachable."""
        return self._open

    def ask(self, command: Callable[["redis.Redis"], T]) -> T:
        """Run a command on Redis.

        Raises:
            redis.RedisError: Redis gives no valid answer, or the breaker is open.
        """
        if self._open:
            raise redis.ConnectionError("Redis did not answer recently")
        try:
            return command(self._redis)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            self.trip(error)
            raise
        except redis.RedisError:  # Redis answers with an error
            raise
        except REDIS_TROUBLE as error:
            self.trip(error)
            raise redis.ConnectionError("the server is not a Redis server") from error

    def trip(self, reason: object) -> None:
        """Open the breaker, and check in the background until Redis answers again."""
        with self._lock:
            if self._open or self._closed.is_set():
                return
            self._open = True
        logger.warning("Redis does not answer: %s", reason)
        threading.Thread(target=self._check_until_reachable, name="breaker", daemon=True).start()

    def close(self) -> None:
        """End the background check and close the connections."""
        self._closed.set()
        self._redis.close()

    def _check_until_reachable(self) -> None:
        while not self._closed.wait(INTERVAL_SECONDS):
            try:
                self._redis.ping()
            except redis.RedisError:
                continue
            except Exception:  # another server may answer, and without this thread the breaker would stay open
                logger.exception("cannot check whether Redis answers")
                continue
            self._open = False
            logger.info("Redis answers again")
            return
