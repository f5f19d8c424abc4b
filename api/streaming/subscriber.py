"""One listener's queue of notes. It is bounded: who is too slow reads the database again."""

import asyncio

from api.streaming.log_event import LogEvent

CAPACITY, CAPACITY_BYTES = 256, 64 << 10
"""Notes, and characters of them."""


class Subscriber:
    """Belongs to the event loop; no other thread may touch it."""

    def __init__(self) -> None:
        self.overflowed = False
        """Notes were dropped since the last `clear`: the database has them."""
        self._log_events: list[LogEvent] = []
        self._size = 0
        self._awake = asyncio.Event()

    def push(self, log_event: LogEvent) -> None:
        """Queue a note, or drop all if there are too many."""
        if self.overflowed:
            return
        self._log_events.append(log_event)
        self._size += len(log_event.envelope)
        if len(self._log_events) > CAPACITY or (self._size > CAPACITY_BYTES and len(self._log_events) > 1):
            self.overflow()
        self._awake.set()

    def overflow(self) -> None:
        """Let whoever listens read the database: there may be what was never told."""
        self._log_events.clear()
        self.overflowed = True
        self._awake.set()

    def wake(self) -> None:
        """End the wait of whoever listens."""
        self._awake.set()

    def clear(self) -> None:
        """Forget what was heard, before the database is read."""
        self._log_events.clear()
        self._size = 0
        self.overflowed = False
        self._awake.clear()

    async def next_events(self, seconds: float) -> list[LogEvent]:
        """What was told since the last time, as soon as there is something; nothing after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            return []
        self._awake.clear()
        log_events, self._log_events, self._size = self._log_events, [], 0
        return log_events
