"""The broadcaster reads new rows of the event log once for each API process and passes them to all subscribers."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from api.streaming.log_event import LogEvent, log_event
from api.streaming.subscriber import Subscriber
from hub.experiments import events
from hub.hub import Hub
from hub.messaging.pubsub import EVENTS
from hub.messaging.redis_errors import REDIS_TROUBLE

PAGE, PAGE_BYTES = 500, 4 << 20
RETRY_SECONDS = 1.0
MAX_RETRY_SECONDS = 10.0
GAP_SECONDS = 0.01
"""Pause before a read, so that pub/sub messages in quick succession cause one read."""
logger = logging.getLogger(__name__)


class Broadcaster:
    """Reads the event log after each pub/sub message, and at least every `poll` seconds: a lost message delays events
    by at most that long."""

    def __init__(self, hub: Hub, poll: float = 0.25, heartbeat: float = 15.0) -> None:
        self.stopped = False
        self.heartbeat = heartbeat
        """Seconds between the heartbeats of a stream."""
        self._hub = hub
        self._poll = poll
        self._subscribers: defaultdict[str, set[Subscriber]] = defaultdict(set)
        self._wakeup = asyncio.Event()
        self._cursor: int | None = None
        """Id of the last row passed to the subscribers; None before the first read."""

    @contextmanager
    def subscribed(self, log: str) -> Iterator[Subscriber]:
        """Subscribe to an experiment's or a workspace's log by id. The subscriber gets rows committed from now on."""
        subscriber = Subscriber()
        self._subscribers[log].add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers[log].discard(subscriber)
            if not self._subscribers[log]:
                del self._subscribers[log]

    @property
    def subscribers(self) -> int:
        """Number of subscribers."""
        return sum(map(len, self._subscribers.values()))

    def stop(self) -> None:
        """Wake all subscribers and end the streams: the process shuts down."""
        self.stopped = True
        self._wakeup.set()
        for subscribers in self._subscribers.values():
            for subscriber in subscribers:
                subscriber.wake()

    async def run(self) -> None:
        """Read the log and publish its rows until stopped."""
        async with asyncio.TaskGroup() as tasks:
            subscription = tasks.create_task(self._subscribe())
            await self._follow()
            subscription.cancel()

    async def _follow(self) -> None:
        while not self.stopped:
            try:
                more = await self._read_new()
            except SQLAlchemyError as error:
                logger.warning("the event log cannot be read: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:  # every stream depends on this loop: it must run as long as the process
                logger.exception("the event log cannot be read")
                await asyncio.sleep(RETRY_SECONDS)
            else:
                if not more:
                    await self._wait_for_wakeup()

    async def _read_new(self) -> bool:
        """Publish new rows. Returns whether there may be more.

        The read runs in the default executor, whose threads are separate: a thousand clients that read backlogs do not
        delay it.
        """
        if self._cursor is None or not self._subscribers:
            self._start_after(await asyncio.to_thread(self._newest))
            return False
        log_events = await asyncio.to_thread(self._read, self._cursor)
        for event in log_events:
            self._publish(event)
        return bool(log_events)

    def _start_after(self, newest: int) -> None:
        """Publish only rows after this one. Present subscribers may have read the database before it was committed, so
        they read it again."""
        self._cursor = newest
        for subscribers in self._subscribers.values():
            for subscriber in subscribers:
                subscriber.overflow()

    def _publish(self, event: LogEvent) -> None:
        self._cursor = event.id
        for key in (event.experiment_id, event.workspace_id):
            for subscriber in self._subscribers.get(key, ()):
                subscriber.push(event)

    def _newest(self) -> int:
        with self._hub.read() as session:
            return events.newest(session)

    def _read(self, after: int) -> list[LogEvent]:
        with self._hub.read() as session:
            return [log_event(row) for row in events.of_all(session, after, PAGE, PAGE_BYTES)]

    async def _wait_for_wakeup(self) -> None:
        try:
            async with asyncio.timeout(self._poll):
                await self._wakeup.wait()
                await asyncio.sleep(GAP_SECONDS)
        except TimeoutError:
            pass
        self._wakeup.clear()

    async def _subscribe(self) -> None:
        """Wake the reader for each pub/sub message. While Redis is unreachable, polling alone finds new rows."""
        pause = RETRY_SECONDS
        while True:
            try:
                async for _ in self._hub.pubsub.published(EVENTS):
                    self._wakeup.set()
                    pause = RETRY_SECONDS
            except REDIS_TROUBLE as error:
                if pause == RETRY_SECONDS:  # log once per outage
                    logger.warning("no pub/sub messages from Redis, events arrive slightly late: %s", error)
            except Exception:
                logger.exception("no pub/sub messages from Redis, events arrive slightly late")
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_RETRY_SECONDS)
