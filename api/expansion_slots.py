"""Turns: writing out a sweep takes seconds of a processor, and so few may do it at once.

Who waits for a turn holds no thread of those that answer everything else. Whose client has left, or whose turn lasts
too long, stops at its next step.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gradus.errors import BadRequest, InvalidSpec, TooManyRequests

AT_ONCE = 2
WAITING = 30
"""Beyond them a request is sent away: each holds its body."""
SECONDS = 10.0
"""Of processor time for one turn. The bounds of a request keep it far below; this is the net under them."""


class ExpansionSlot:
    """The right to write out one sweep."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._left = threading.Event()
        self._began: float | None = None

    def leave(self) -> None:
        """Nobody waits for what comes of it."""
        self._left.set()

    def check(self) -> None:
        """Called between steps, by the thread that takes them.

        Raises:
            BadRequest: the client has left.
            InvalidSpec: it has taken too long.
        """
        if self._left.is_set():
            raise BadRequest("the client left while its sweep was written out", code="client_left")
        if self._began is None:
            self._began = time.thread_time()
        if time.thread_time() - self._began > self._seconds:
            raise InvalidSpec(f"the sweep takes more than {self._seconds:.0f} s to write out: make it smaller")


class ExpansionSlots:
    """Hands them out, in the order in which they are asked for."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._asked = 0

    @asynccontextmanager
    async def next(self) -> AsyncIterator[ExpansionSlot]:
        """One turn.

        Raises:
            TooManyRequests: too many wait already.
        """
        if self._asked >= self._room:
            raise TooManyRequests("too many sweeps are being written out: try again in a moment", code="sweeps_busy")
        self._asked += 1
        try:
            async with self._free:
                yield ExpansionSlot()
        finally:
            self._asked -= 1
