"""The way of messages from Redis to Celery: hints pass, everything else is dropped before Celery sees it.

Celery takes what stands in its queue for its own: one message that it cannot read ends a worker, or costs it a slot.
"""

import json
import logging
import time
from typing import Any

import redis
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis

from hub.hint import message, read

NAME = "gradus"
"""Of the transport, also in URLs: `gradus+socket:///path`."""
PAUSE = 0.1
"""Seconds between two looks at a key that is no queue."""
_SHOWN = 80
logger = logging.getLogger(__name__)


class HintClient(redis.Redis):
    """A client that takes nothing but hints out of queues."""

    def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:
        """The answer to a command; none to one that takes what is no hint."""
        if command_name != "BRPOP":
            return super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
        try:
            answer = super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
        except redis.ResponseError as error:
            if not wrong_type(error):
                raise
            time.sleep(PAUSE)  # until the reconciler has removed it
            return None
        return _hint_alone(*answer) if answer else None


def wrong_type(error: redis.ResponseError) -> bool:
    """Whether a command met a key that somebody has made something else of than a list."""
    return str(error).startswith("WRONGTYPE")


def _hint_alone(queue: bytes, element: bytes) -> tuple[bytes, bytes] | None:
    hint = read(element)
    if hint is None:
        logger.warning("dropped from %s what is no hint: %r", queue.decode(errors="replace"), element[:_SHOWN])
        return None
    return queue, json.dumps(message(hint, queue.decode())).encode()


class Channel(kombu_redis.Channel):
    """Reads its queues through such a client."""

    def _get_client(self) -> Any:
        super()._get_client()  # type: ignore[no-untyped-call] # looks for the right version
        return HintClient


class Transport(kombu_redis.Transport):
    """Celery's for Redis, with such channels."""

    Channel = Channel


TRANSPORT_ALIASES[NAME] = "hub.transport:Transport"
