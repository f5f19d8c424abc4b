"""The broadcaster reads new rows of the event log once for each API process and passes them to all subscribers."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.ids import is_dataset_id
from api.streaming.doorbell import Doorbell
from api.streaming.log_event import LogEvent, dataset_log_event, log_event
from api.streaming.subscriber import Subscriber
from hub.datasets import events as dataset_events
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


@dataclass
class Tail:
    """A table of log rows, and how far it was read."""

    is_dataset: bool
    """Whether these are the logs of data sets."""
    newest: Callable[[Session], int]
    read: Callable[[Session, int], list[LogEvent]]
    """The rows after the one with this id."""
    cursor: int | None = None
    """Id of the last row passed to the subscribers; None while there are none."""


def _read_events(session: Session, after: int) -> list[LogEvent]:
    return [log_event(row) for row in events.of_all(session, after, PAGE, PAGE_BYTES)]


def _read_dataset_events(session: Session, after: int) -> list[LogEvent]:
    return [dataset_log_event(row) for row in dataset_events.of_all(session, after, PAGE)]


class Broadcaster:
    """Reads the event log after each pub/sub message, and at least every `poll` seconds: a lost message delays events
    by at most that long."""

    def __init__(self, hub: Hub, poll: float = 0.25, heartbeat: float = 15.0) -> None:
        self.stopped = False
        self.doorbell = Doorbell()
        """Rung for each pub/sub message, to wake requests that wait for something other than log rows."""
        self.heartbeat = heartbeat
        """Seconds between the heartbeats of a stream."""
        self._hub = hub
        self._poll = poll
        self._subscribers: defaultdict[str, set[Subscriber]] = defaultdict(set)
        self._wakeup = asyncio.Event()
        self._tails = (
            Tail(is_dataset=False, newest=events.newest, read=_read_events),
            Tail(is_dataset=True, newest=dataset_events.newest, read=_read_dataset_events),
        )

    @contextmanager
    def subscribed(self, log: str) -> Iterator[Subscriber]:
        """Subscribe to the log of an experiment, a workspace or a data set by id. The subscriber gets rows that are
        committed from now on."""
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
        self.doorbell.stop()
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
        return any([await self._read_tail(tail) for tail in self._tails])

    async def _read_tail(self, tail: Tail) -> bool:
        if not any(self._of(tail)):
            tail.cursor = None
            return False
        if tail.cursor is None:
            self._start_after(tail, await asyncio.to_thread(self._newest, tail))
            return False
        log_events = await asyncio.to_thread(self._read, tail, tail.cursor)
        for event in log_events:
            self._publish(tail, event)
        return bool(log_events)

    def _of(self, tail: Tail) -> Iterator[Subscriber]:
        """The subscribers to logs in this table."""
        for log, subscribers in self._subscribers.items():
            if is_dataset_id(log) == tail.is_dataset:
                yield from subscribers

    def _start_after(self, tail: Tail, newest: int) -> None:
        """Publish only rows after this one. Present subscribers may have read the database before it was committed, so
        they read it again."""
        tail.cursor = newest
        for subscriber in self._of(tail):
            subscriber.overflow()

    def _publish(self, tail: Tail, event: LogEvent) -> None:
        tail.cursor = event.id
        for key in event.logs:
            for subscriber in self._subscribers.get(key, ()):
                subscriber.push(event)

    def _newest(self, tail: Tail) -> int:
        with self._hub.read() as session:
            return tail.newest(session)

    def _read(self, tail: Tail, after: int) -> list[LogEvent]:
        with self._hub.read() as session:
            return tail.read(session, after)

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
                async for id_ in self._hub.pubsub.published(EVENTS):
                    self.doorbell.ring(id_)
                    self._wakeup.set()
                    pause = RETRY_SECONDS
            except REDIS_TROUBLE as error:
                if pause == RETRY_SECONDS:  # log once per outage
                    logger.warning("no pub/sub messages from Redis, events arrive slightly late: %s", error)
            except Exception:
                logger.exception("no pub/sub messages from Redis, events arrive slightly late")
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_RETRY_SECONDS)
