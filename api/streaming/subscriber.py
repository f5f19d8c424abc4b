"""A subscriber's queue of log events. The queue is bounded: after an overflow the subscriber reads the database."""

import asyncio

from api.streaming.log_event import LogEvent

CAPACITY, CAPACITY_BYTES = 256, 64 << 10
"""Limits of one queue: events, and characters of their JSON."""


class Subscriber:
    """A bounded queue of log events. Not thread-safe: use it on the event loop only."""

    def __init__(self) -> None:
        self.overflowed = False
        """Whether events were dropped since the last `clear`. The database has them."""
        self._log_events: list[LogEvent] = []
        self._size = 0
        self._awake = asyncio.Event()

    def push(self, log_event: LogEvent) -> None:
        """Queue an event. If the queue is full, drop all events."""
        if self.overflowed:
            return
        self._log_events.append(log_event)
        self._size += len(log_event.envelope)
        if len(self._log_events) > CAPACITY or (self._size > CAPACITY_BYTES and len(self._log_events) > 1):
            self.overflow()
        self._awake.set()

    def overflow(self) -> None:
        """Drop the queue and make the subscriber read the database: it may have missed events."""
        self._log_events.clear()
        self.overflowed = True
        self._awake.set()

    def wake(self) -> None:
        """End the subscriber's wait."""
        self._awake.set()

    def clear(self) -> None:
        """Empty the queue. Call this before reading the database."""
        self._log_events.clear()
        self._size = 0
        self.overflowed = False
        self._awake.clear()

    async def next_events(self, seconds: float) -> list[LogEvent]:
        """Wait for events and take them from the queue; an empty list when `seconds` have passed."""
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            return []
        self._awake.clear()
        log_events, self._log_events, self._size = self._log_events, [], 0
        return log_events
