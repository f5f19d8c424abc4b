"""The way of messages from Redis to Celery: hints pass, everything else is dropped before Celery sees it.

Celery takes what stands in its queue for its own: one message that it cannot read ends a worker, or costs it a slot.
"""

import json
import logging
import time
from contextlib import suppress
from typing import Any

import redis
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis

from hub.messaging.message import message, read

NAME = "gradus"
"""Of the transport, also in URLs: `gradus+socket:///path`."""
PAUSE = 0.1
"""Seconds between two looks at a queue that gives nothing but an error."""
REMIND_SECONDS = 60.0
"""Between two lines in the log that say so."""
_SHOWN = 80
logger = logging.getLogger(__name__)


class HintClient(redis.Redis):
    """A client that takes nothing but hints out of queues."""

    _remind_at = 0.0

    def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:
        """The answer to a command; none to one that takes what is no hint, or that the server refuses for now."""
        try:
            answer = super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
        except redis.ResponseError as error:
            if command_name not in {"BRPOP", "PING"}:
                raise
            self._refused(error)
            return None
        return _hint_alone(*answer) if answer and command_name == "BRPOP" else answer

    def _refused(self, error: redis.ResponseError) -> None:
        """Wait a little: for the reconciler, which removes a key that is no queue, or for the server, which takes no
        writes while its disk is full or it is a replica. Celery would end the worker, and all that it trains."""
        if not wrong_type(error) and time.monotonic() >= self._remind_at:
            logger.warning("the queue gives no hints: %s", error)
            self._remind_at = time.monotonic() + REMIND_SECONDS
        time.sleep(PAUSE)


def wrong_type(error: redis.ResponseError) -> bool:
    """Whether a command met a key that somebody has made something else of than a list."""
    return str(error).startswith("WRONGTYPE")


def _hint_alone(queue: bytes, element: bytes) -> tuple[bytes, bytes] | None:
    job_message = read(element)
    if job_message is None:
        logger.warning("dropped from %s what is no hint: %r", queue.decode(errors="replace"), element[:_SHOWN])
        return None
    return queue, json.dumps(message(job_message, queue.decode())).encode()


class Channel(kombu_redis.Channel):
    """Reads its queues through such a client."""

    def _get_client(self) -> Any:
        super()._get_client()  # type: ignore[no-untyped-call] # looks for the right version
        return HintClient

    def _queue_bind(self, *binding: Any) -> None:
        """Say which queue hints go to. Who sends them says so, too: it can wait until the server takes writes."""
        with suppress(redis.ResponseError):
            super()._queue_bind(*binding)  # type: ignore[no-untyped-call]


class Transport(kombu_redis.Transport):
    """Celery's for Redis, with such channels."""

    Channel = Channel


TRANSPORT_ALIASES[NAME] = "hub.messaging.transport:Transport"
