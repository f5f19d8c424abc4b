"""Redis pub/sub: messages with an id wake readers of the database. A lost message causes a short delay, no loss."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

import redis
import redis.asyncio

from hub.messaging.redis_errors import REDIS_TROUBLE

EVENTS = "gradus:events"
"""Channel: ids of experiments that have new events."""
CONTROL = "gradus:control"
"""Channel: ids of jobs with a new request to stop, pause or cancel."""

_TEXT: Any = {"decode_responses": True, "encoding_errors": "replace"}  # messages may contain any bytes
logger = logging.getLogger(__name__)


class PubSub:
    """Publishes ids and subscribes to them. Never blocks longer than a second on a Redis that hangs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, **_TEXT)

    def publish(self, channel: str, ids: Iterable[str]) -> None:
        """Send ids to all subscribers; a failure is only logged."""
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for id_ in ids:
                    pipe.publish(channel, id_)
                pipe.execute()
        except REDIS_TROUBLE as error:
            logger.warning("publishing to Redis failed: %s", error)

    def ping(self) -> None:
        """Raise one of `REDIS_TROUBLE` if Redis does not answer."""
        self._redis.ping()

    def subscribe(self, channel: str, received: Callable[[str], None], stopped: Callable[[], bool]) -> None:
        """Call `received` with each published id, until `stopped`. Returns when the connection breaks."""
        for id_ in self._published(channel, stopped):
            received(id_)

    def _published(self, channel: str, stopped: Callable[[], bool]) -> Iterator[str]:
        with suppress(*REDIS_TROUBLE), self._redis.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(channel)
            while not stopped():
                message = subscription.get_message(timeout=0.5)
                if message is not None:
                    yield message["data"]

    async def published(self, channel: str) -> AsyncIterator[str]:
        """Each id published on the channel, until the connection breaks with one of `REDIS_TROUBLE`."""
        client: Any = redis.asyncio.Redis.from_url(self._url, socket_timeout=None, **_TEXT)
        async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(channel)
            async for message in subscription.listen():
                yield message["data"]

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()
