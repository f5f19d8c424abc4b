"""Slots for expanding sweeps: an expansion takes seconds of CPU time, so only a few may run at once.

A request that waits for a slot holds no thread of the thread pool. An expansion stops at its next step when its client
has disconnected or when it takes too long.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gradus.errors import BadRequest, InvalidSpec, TooManyRequests

AT_ONCE = 2
MAX_WAITING = 30
"""Further requests are refused, because each waiting request holds its body in memory."""
MAX_SECONDS = 10.0
"""CPU time for one expansion. The limits on a request keep an expansion far below this; it is a safety net."""


class ExpansionSlot:
    """Permission to expand one sweep."""

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self._seconds = seconds
        self._left = threading.Event()
        self._began: float | None = None

    def leave(self) -> None:
        """Tell the expanding thread that its client has disconnected."""
        self._left.set()

    def check(self) -> None:
        """Stop the expansion if it should not go on. The expanding thread calls this between its steps.

        Raises:
            BadRequest: the client has disconnected.
            InvalidSpec: the expansion has taken too much CPU time.
        """
        if self._left.is_set():
            raise BadRequest("the client disconnected while its sweep was being expanded", code="client_left")
        if self._began is None:
            self._began = time.thread_time()
        if time.thread_time() - self._began > self._seconds:
            raise InvalidSpec(f"expanding the sweep takes more than {self._seconds:.0f} s: make the sweep smaller")


class ExpansionSlots:
    """Gives out slots in the order of the requests."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = MAX_WAITING) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._max_requests = at_once + waiting
        self._requests = 0

    @asynccontextmanager
    async def next(self) -> AsyncIterator[ExpansionSlot]:
        """Wait for a slot.

        Raises:
            TooManyRequests: too many requests are waiting.
        """
        if self._requests >= self._max_requests:
            raise TooManyRequests("too many sweeps are being expanded: retry in a few seconds", code="sweeps_busy")
        self._requests += 1
        try:
            async with self._free:
                yield ExpansionSlot()
        finally:
            self._requests -= 1
