"""Streams: first what the database has, then what the tail hears, each row once."""

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
from api.streaming.sources import EventSource, ExperimentDeleted
from hub.hub import Hub

READERS = 2
"""Threads that read what streams have missed. Of their own: hundreds that read their whole logs wait for each other,
and nobody else waits for them."""
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """A few rows of a log as they are sent. A client that does not read keeps its batch, and not the rows."""

    data: bytes
    after: int
    """The number of the last one, or of the one before the first, if there is none."""
    ended: bool = False
    """Whether it is the end of the log."""
    more: bool = False
    """Whether the database may have more."""


class Streams:
    """All streams of one process."""

    def __init__(self, hub: Hub, broadcaster: Broadcaster) -> None:
        self._hub = hub
        self._broadcaster = broadcaster
        self._reads = SharedReads(READERS)

    async def chunks(
        self, log: EventSource, after: int, encoding: Encoding, welcome: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes]:
        """The bytes of every row after `after`, until the log ends, the experiment is deleted or the process stops.

        Once in a heartbeat the stream asks whether its client is still welcome: a key may be revoked meanwhile, and a
        browser signed out.
        """
        ask_at = time.monotonic() + self._broadcaster.heartbeat
        try:
            async for data in self._batches(log, after, encoding):
                if time.monotonic() >= ask_at:
                    if not await _answer(welcome):
                        yield encoding.comment("the key or the session is no longer good")
                        return
                    ask_at = time.monotonic() + self._broadcaster.heartbeat
                yield data or encoding.heartbeat
        except ExperimentDeleted:
            yield encoding.comment("the experiment was deleted")
        if self._broadcaster.stopped:
            yield encoding.comment("the service stops; come back with Last-Event-ID")

    async def _batches(self, log: EventSource, after: int, encoding: Encoding) -> AsyncIterator[bytes]:
        """Rows with growing numbers, as they come; nothing once in a heartbeat, whether any came or not."""
        with self._broadcaster.subscribed(log.key) as subscriber:
            beat = time.monotonic() + self._broadcaster.heartbeat
            batch, behind = Batch(b"", after), True  # behind: the database may have rows that were not heard
            while not self._broadcaster.stopped:
                if behind:
                    subscriber.clear()
                    batch = await self._read(log, batch, encoding)
                    behind = batch.more
                else:
                    log_events = await subscriber.next_events(max(0.0, beat - time.monotonic()))
                    behind = not log_events  # after an overflow, and once in a heartbeat to be sure
                    if behind and not subscriber.overflowed:
                        yield b""
                        beat = time.monotonic() + self._broadcaster.heartbeat
                    batch = _next(log, log_events, batch, encoding)
                    del log_events
                if batch.data:
                    yield batch.data
                if batch.ended and not behind:
                    return

    async def _read(self, log: EventSource, before: Batch, encoding: Encoding) -> Batch:
        """The next rows that the database has. Streams that are equally far share them, and their bytes."""
        batch = await _answer(partial(self._reads.ask, _read, self._hub, log, before.after, encoding))
        return batch if batch.data else replace(batch, ended=before.ended)


def _read(hub: Hub, log: EventSource, after: int, encoding: Encoding) -> Batch:
    page = log.read(hub, after)
    return _next(log, page.log_events, Batch(b"", after), encoding, more=page.more)


def _next(
    log: EventSource, log_events: Sequence[LogEvent], before: Batch, encoding: Encoding, *, more: bool = False
) -> Batch:
    """Those of the notes that come after this batch."""
    fresh = [log_event for log_event in log_events if log.number(log_event) > before.after]
    if not fresh:
        return Batch(b"", before.after, before.ended, more)
    data = b"".join(log.encode(log_event, encoding) for log_event in fresh)
    return Batch(data, log.number(fresh[-1]), log.ends_with(fresh[-1]), more)


async def _answer(ask: Callable[[], Awaitable[T]]) -> T:
    """What the database says, as soon as it answers."""
    while True:
        try:
            return await ask()
        except SQLAlchemyError as error:
            logger.warning("a stream waits for the database: %s", error)
            await asyncio.sleep(RETRY_SECONDS)
