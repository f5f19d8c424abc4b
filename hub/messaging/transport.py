"""A Celery transport that passes only job messages from Redis to Celery and drops all other elements.

Celery trusts the contents of its queue: a single unreadable message would end a worker or block one of its slots.
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
"""Name of the transport, also in URLs: `gradus+socket:///path`."""
RETRY_SECONDS = 0.1
"""Pause before the next attempt to read a queue that returned an error."""
LOG_SECONDS = 60.0
"""Time between two log lines about such errors."""
_LOGGED_BYTES = 80
logger = logging.getLogger(__name__)


class JobMessageClient(redis.Redis):
    """A Redis client that returns only job messages from queues."""

    _log_at = 0.0

    def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:
        """The answer to a command. None if a foreign element was taken, or if the server refuses commands for now."""
        try:
            answer = super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
        except redis.ResponseError as error:
            if command_name not in {"BRPOP", "PING"}:
                raise
            self._on_refused(error)
            return None
        return _only_job_message(*answer) if answer and command_name == "BRPOP" else answer

    def _on_refused(self, error: redis.ResponseError) -> None:
        """Pause and let Celery retry: the reconciler deletes a key that is not a queue, and a server with a full disk,
        or a replica, may accept writes later. With an exception, Celery would end the worker and all its runs."""
        if not wrong_type(error) and time.monotonic() >= self._log_at:
            logger.warning("cannot take job messages from the queue: %s", error)
            self._log_at = time.monotonic() + LOG_SECONDS
        time.sleep(RETRY_SECONDS)


def wrong_type(error: redis.ResponseError) -> bool:
    """Whether the command failed because the key is not a list."""
    return str(error).startswith("WRONGTYPE")


def _only_job_message(queue: bytes, element: bytes) -> tuple[bytes, bytes] | None:
    job_message = read(element)
    if job_message is None:
        logger.warning(
            "dropped an element of %s that is not a job message: %r",
            queue.decode(errors="replace"),
            element[:_LOGGED_BYTES],
        )
        return None
    return queue, json.dumps(message(job_message, queue.decode())).encode()


class Channel(kombu_redis.Channel):
    """A channel that reads its queues with `JobMessageClient`."""

    def _get_client(self) -> Any:
        super()._get_client()  # type: ignore[no-untyped-call] # checks the library's version
        return JobMessageClient

    def _queue_bind(self, *binding: Any) -> None:
        """Declare the queue. Senders declare it as well, so a server that refuses writes for now is no problem."""
        with suppress(redis.ResponseError):
            super()._queue_bind(*binding)  # type: ignore[no-untyped-call]


class Transport(kombu_redis.Transport):
    """Celery's Redis transport, with the `Channel` above."""

    Channel = Channel


TRANSPORT_ALIASES[NAME] = "hub.messaging.transport:Transport"
