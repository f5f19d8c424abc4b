"""The tail of the event log: one reader for each API process, which hands every new row to whoever listens."""

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
"""Between two looks: rings that come close together are answered by one."""
logger = logging.getLogger(__name__)


class Broadcaster:
    """Wakes on the bell, or after `poll` seconds: a lost ring costs a moment."""

    def __init__(self, hub: Hub, poll: float = 0.25, heartbeat: float = 15.0) -> None:
        self.stopped = False
        self.heartbeat = heartbeat
        """Seconds after which a stream says that it is still there."""
        self._hub = hub
        self._poll = poll
        self._subscribers: defaultdict[str, set[Subscriber]] = defaultdict(set)
        self._wakeup = asyncio.Event()
        self._cursor: int | None = None
        """The row that was handed out last; none, before the first look."""

    @contextmanager
    def subscribed(self, log: str) -> Iterator[Subscriber]:
        """An ear that hears every row of an experiment's or a workspace's log, by its id, committed from now on."""
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
        """How many listen now."""
        return sum(map(len, self._subscribers.values()))

    def stop(self) -> None:
        """Let everyone go who listens: the process ends."""
        self.stopped = True
        self._wakeup.set()
        for subscribers in self._subscribers.values():
            for subscriber in subscribers:
                subscriber.wake()

    async def run(self) -> None:
        """Read and hand out, until stopped."""
        async with asyncio.TaskGroup() as tasks:
            subscription = tasks.create_task(self._subscribe())
            await self._follow()
            subscription.cancel()

    async def _follow(self) -> None:
        while not self.stopped:
            try:
                full = await self._look()
            except SQLAlchemyError as error:
                logger.warning("the event log cannot be read: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:  # every stream hangs on it: it ends with the process alone
                logger.exception("the event log cannot be read")
                await asyncio.sleep(RETRY_SECONDS)
            else:
                if not full:
                    await self._wait_for_wakeup()

    async def _look(self) -> bool:
        """Hand out what is new; whether there may be more.

        The default executor has threads of its own: a thousand clients that read their backlogs do not delay it.
        """
        if self._cursor is None or not self._subscribers:
            self._begin(await asyncio.to_thread(self._newest))
            return False
        log_events = await asyncio.to_thread(self._read, self._cursor)
        for one in log_events:
            self._hand_out(one)
        return bool(log_events)

    def _begin(self, newest: int) -> None:
        """Hand out what comes after this row. Who listens already may have looked before it was there."""
        self._cursor = newest
        for subscribers in self._subscribers.values():
            for subscriber in subscribers:
                subscriber.overflow()

    def _hand_out(self, one: LogEvent) -> None:
        self._cursor = one.id
        for key in (one.experiment_id, one.workspace_id):
            for subscriber in self._subscribers.get(key, ()):
                subscriber.push(one)

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
        """Without Redis the rows come by polling alone."""
        pause = RETRY_SECONDS
        while True:
            try:
                async for _ in self._hub.pubsub.published(EVENTS):
                    self._wakeup.set()
                    pause = RETRY_SECONDS
            except REDIS_TROUBLE as error:
                if pause == RETRY_SECONDS:  # once, not for as long as it lasts
                    logger.warning("no messages from Redis, events come a moment later: %s", error)
            except Exception:
                logger.exception("no messages from Redis, events come a moment later")
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_RETRY_SECONDS)
