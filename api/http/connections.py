"""The connections of one process: so many at most, and those that ask for nothing make room for new ones.

A process that runs out of file descriptors can open no database file and accept nobody, so it never gets there.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

MOST = 10_000
"""One that is idle costs some 10 KB."""
RESERVED = 256
"""File descriptors for the database, Redis, logs and files that are sent."""
MOST_UNSENT = 16 << 20
"""Bytes of answers in this process that clients have not taken. A stream waits for its client; other answers do not."""
ENDS_AT_ONCE = 8
"""Requests that are ended in one round of the event loop: each takes a millisecond."""
LARGE = 64 << 10
"""Up to it, what one client leaves is not counted: files are sent in pieces of that."""
logger = logging.getLogger(__name__)


class Idle(Protocol):
    """A connection that can be closed without harm while nothing is asked by it."""

    def shed(self) -> None:
        """Close it."""


class Connections:
    """Counts them. Belongs to the event loop."""

    def __init__(self, most: int) -> None:
        self.most = most
        """As many may be open."""
        self._open: set[Idle] = set()
        self._idle: dict[Idle, None] = {}  # the longest idle first
        self._unsent: dict[Idle, int] = {}  # the longest waiting first
        self._hung_up: deque[Callable[[], None]] = deque()

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, new: Idle) -> bool:
        """Count a new one, which is idle yet; whether there is room for it."""
        while len(self._open) >= self.most and self._idle:
            oldest = next(iter(self._idle))
            self.closed(oldest)
            oldest.shed()
            logger.warning("%s connections are open, as many as may be: the longest idle one is closed", self.most)
        if len(self._open) >= self.most:
            logger.warning("%s connections are open and busy, as many as may be: a new one is refused", self.most)
            return False
        self._open.add(new)
        self._idle[new] = None
        return True

    def closed(self, one: Idle) -> None:
        """It is gone."""
        self._open.discard(one)
        self._idle.pop(one, None)
        self._unsent.pop(one, None)

    def hung_up(self, end: Callable[[], None]) -> None:
        """Let `end` tell a request that its client is gone: soon, and not of all at once, if a crowd hangs up."""
        self._hung_up.append(end)
        if len(self._hung_up) == 1:
            asyncio.get_running_loop().call_soon(self._tell_some)

    def _tell_some(self) -> None:
        for _ in range(min(ENDS_AT_ONCE, len(self._hung_up))):
            self._hung_up.popleft()()
        if self._hung_up:
            asyncio.get_running_loop().call_soon(self._tell_some)

    def leaves(self, one: Idle, unsent: int) -> None:
        """It does not take its answer, of which so many bytes wait. Where all together are too many, who has waited
        longest is given up."""
        if unsent <= LARGE:
            return
        self._unsent[one] = unsent
        while len(self._unsent) > 1 and sum(self._unsent.values()) > MOST_UNSENT:
            oldest = next(iter(self._unsent))
            self.closed(oldest)
            oldest.shed()
            logger.warning(
                "answers of %s MiB wait for their clients: the longest waiting is given up", MOST_UNSENT >> 20
            )

    def takes(self, one: Idle) -> None:
        """It has taken it."""
        self._unsent.pop(one, None)

    def asks(self, one: Idle) -> None:
        """It has a request that is to be answered."""
        self._idle.pop(one, None)

    def rests(self, one: Idle) -> None:
        """It was answered."""
        if one in self._open:
            self._idle[one] = None


def room(file_limit: int) -> int:
    """How many connections a process with so many file descriptors may have."""
    return max(1, min(MOST, max(file_limit - RESERVED, file_limit // 2)))
