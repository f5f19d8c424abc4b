"""A Redis that hangs is asked by nobody who is in a hurry, until it answers again."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

import redis

from hub.messaging.redis_errors import REDIS_TROUBLE

INTERVAL_SECONDS = 1.0
"""Between two looks whether it answers."""
ANSWER_SECONDS = 0.25
"""For whoever is in a hurry."""
T = TypeVar("T")
logger = logging.getLogger(__name__)


class CircuitBreaker:
    """Opens when a question to Redis fails, and closes when a thread of its own has got an answer."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)
        self._lock = threading.Lock()
        self._open = False
        self._closed = threading.Event()

    @property
    def open(self) -> bool:
        """Whether Redis did not answer lately."""
        return self._open

    def ask(self, question: Callable[["redis.Redis"], T]) -> T:
        """What Redis says.

        Raises:
            redis.RedisError: it does not answer as Redis does, or did not lately.
        """
        if self._open:
            raise redis.ConnectionError("it did not answer lately")
        try:
            return question(self._redis)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            self.trip(error)
            raise
        except redis.RedisError:  # it answers, and refuses
            raise
        except REDIS_TROUBLE as error:
            self.trip(error)
            raise redis.ConnectionError("what answers is no Redis") from error

    def trip(self, why: object) -> None:
        """Let nobody ask for now."""
        with self._lock:
            if self._open or self._closed.is_set():
                return
            self._open = True
        logger.warning("Redis does not answer: %s", why)
        threading.Thread(target=self._look, name="breaker", daemon=True).start()

    def close(self) -> None:
        """End the looking, and the connections."""
        self._closed.set()
        self._redis.close()

    def _look(self) -> None:
        while not self._closed.wait(INTERVAL_SECONDS):
            try:
                self._redis.ping()
            except redis.RedisError:
                continue
            except Exception:  # who answers there may be no Redis, and without this thread nobody would ask again
                logger.exception("Redis cannot be asked")
                continue
            self._open = False
            logger.info("Redis answers again")
            return
