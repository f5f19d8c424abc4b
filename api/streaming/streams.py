"""Streams: first the rows in the database, then new rows from the broadcaster, each row exactly once."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from api.streaming.broadcaster import RETRY_SECONDS, Broadcaster
from api.streaming.encodings import Encoding
from api.streaming.log_event import LogEvent
from api.streaming.shared_reads import SharedReads
from api.streaming.sources import EventSource, LogDeleted
from hub.hub import Hub

READERS = 2
"""Threads that read the backlogs of streams. They are separate, so hundreds of streams that read their whole logs wait
only for each other and delay no other request."""
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Encoded rows of a log. A stream with a slow client holds these bytes in memory, not the rows."""

    data: bytes
    after: int
    """Number of the last row in `data`; without rows, the number after which the batch was read."""
    ended: bool = False
    """Whether the log ends with this batch."""
    more: bool = False
    """Whether the database may have more rows."""


class Streams:
    """Serves the streams of one process."""

    def __init__(self, hub: Hub, broadcaster: Broadcaster) -> None:
        self._hub = hub
        self._broadcaster = broadcaster
        self._reads = SharedReads(READERS)

    async def chunks(
        self, log: EventSource, after: int, encoding: Encoding, authorized: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes]:
        """The bytes of every row after `after`, until the log ends, the experiment is deleted or the process stops.

        With each heartbeat the stream checks that its client is still authorized: the key may have been revoked, or the
        browser signed out.
        """
        check_at = time.monotonic() + self._broadcaster.heartbeat
        try:
            async for data in self._batches(log, after, encoding):
                if time.monotonic() >= check_at:
                    if not await _retry_until_read(authorized):
                        yield encoding.comment("the key or the session is no longer valid")
                        return
                    check_at = time.monotonic() + self._broadcaster.heartbeat
                yield data or encoding.heartbeat
        except LogDeleted as deleted:
            yield encoding.comment(str(deleted))
        if self._broadcaster.stopped:
            yield encoding.comment("the service is shutting down; reconnect with Last-Event-ID")

    async def _batches(self, log: EventSource, after: int, encoding: Encoding) -> AsyncIterator[bytes]:
        """Encoded rows in order, as they arrive; and once per heartbeat empty bytes."""
        with self._broadcaster.subscribed(log.key) as subscriber:
            heartbeat_at = time.monotonic() + self._broadcaster.heartbeat
            batch, behind = (
                Batch(b"", after),
                True,
            )  # behind: the database may have rows that the subscriber did not get
            while not self._broadcaster.stopped:
                if behind:
                    subscriber.clear()
                    batch = await self._read(log, batch, encoding)
                    behind = batch.more
                else:
                    log_events = await subscriber.next_events(max(0.0, heartbeat_at - time.monotonic()))
                    behind = not log_events  # after an overflow, and as a safeguard once per heartbeat
                    if behind and not subscriber.overflowed:
                        yield b""
                        heartbeat_at = time.monotonic() + self._broadcaster.heartbeat
                    batch = _next(log, log_events, batch, encoding)
                    del log_events
                if batch.data:
                    yield batch.data
                if batch.ended and not behind:
                    return

    async def _read(self, log: EventSource, before: Batch, encoding: Encoding) -> Batch:
        """Read the next rows from the database. Streams at the same position share the read and the encoded bytes."""
        batch = await _retry_until_read(partial(self._reads.ask, _read, self._hub, log, before.after, encoding))
        return batch if batch.data else replace(batch, ended=before.ended)


def _read(hub: Hub, log: EventSource, after: int, encoding: Encoding) -> Batch:
    page = log.read(hub, after)
    return _next(log, page.log_events, Batch(b"", after), encoding, more=page.more)


def _next(
    log: EventSource, log_events: Sequence[LogEvent], before: Batch, encoding: Encoding, *, more: bool = False
) -> Batch:
    """A batch of the events that come after the batch `before`."""
    new = [log_event for log_event in log_events if log.number(log_event) > before.after]
    if not new:
        return Batch(b"", before.after, before.ended, more)
    data = b"".join(log.encode(log_event, encoding) for log_event in new)
    return Batch(data, log.number(new[-1]), log.ends_with(new[-1]), more)


async def _retry_until_read(read: Callable[[], Awaitable[T]]) -> T:
    """The result of `read`, retried while the database fails."""
    while True:
        try:
            return await read()
        except SQLAlchemyError as error:
            logger.warning("a stream cannot read the database and retries: %s", error)
            await asyncio.sleep(RETRY_SECONDS)
