"""The doorbell: Redis pub/sub with ids only. A lost ring costs a moment, never a row."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

import redis
import redis.asyncio

from hub.messaging.redis_errors import REDIS_TROUBLE

EVENTS = "gradus:events"
"""Rings with the id of an experiment that has new events."""
CONTROL = "gradus:control"
"""Rings with the id of a job of which a person wants something."""

_TEXT: Any = {"decode_responses": True, "encoding_errors": "replace"}  # anybody may ring, with whatever bytes
logger = logging.getLogger(__name__)


class PubSub:
    """Rings, and waits for rings. Never blocks longer than a second on a Redis that hangs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, **_TEXT)

    def publish(self, channel: str, ids: Iterable[str]) -> None:
        """Tell whoever listens; a failure is only logged."""
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for one in ids:
                    pipe.publish(channel, one)
                pipe.execute()
        except REDIS_TROUBLE as error:
            logger.warning("the doorbell did not ring: %s", error)

    def ping(self) -> None:
        """Raise one of `REDIS_TROUBLE` if Redis does not answer."""
        self._redis.ping()

    def subscribe(self, channel: str, heard: Callable[[str], None], stopped: Callable[[], bool]) -> None:
        """Call `heard` with each id rung, until `stopped`; returns when the connection breaks."""
        for one in self._rung(channel, stopped):
            heard(one)

    def _rung(self, channel: str, stopped: Callable[[], bool]) -> Iterator[str]:
        with suppress(*REDIS_TROUBLE), self._redis.pubsub(ignore_subscribe_messages=True) as ears:  # type: ignore[no-untyped-call]
            ears.subscribe(channel)
            while not stopped():
                message = ears.get_message(timeout=0.5)
                if message is not None:
                    yield message["data"]

    async def rings(self, channel: str) -> AsyncIterator[str]:
        """Each id rung on the channel, until the connection breaks with one of `REDIS_TROUBLE`."""
        client: Any = redis.asyncio.Redis.from_url(self._url, socket_timeout=None, **_TEXT)
        async with client, client.pubsub(ignore_subscribe_messages=True) as ears:
            await ears.subscribe(channel)
            async for message in ears.subscribe():
                yield message["data"]

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()
