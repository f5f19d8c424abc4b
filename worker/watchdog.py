"""A watchdog: a worker that takes nothing although hints wait and it has room ends, to be started anew."""

import logging
from collections.abc import Callable
from typing import Protocol

from hub.messaging.redis_errors import REDIS_TROUBLE

LOOK_SECONDS = 5.0
LOOKS = 12
"""In a row, a minute, before it bites. They are counted, not timed: a process that was frozen has looked at nothing."""
logger = logging.getLogger(__name__)


class WaitingJobs(Protocol):
    """The queue."""

    def depth(self, device: str) -> int:
        """Hints that wait for a device."""
        ...

    def check(self) -> None:
        """Raise one of `REDIS_TROUBLE` if none can be taken."""
        ...


class Takers(Protocol):
    """The team."""

    @property
    def has_room(self) -> bool:
        """Whether a slot is free."""
        ...

    @property
    def taken(self) -> int:
        """Hints that were taken."""
        ...


class Watchdog:
    """Sees hints waiting, and that none is taken."""

    def __init__(self, queue: WaitingJobs, devices: tuple[str, ...], slots: Takers, bite: Callable[[], None]) -> None:
        """`devices` are those whose queues the worker listens to; `bite` ends it."""
        self._queue, self._devices, self._pool, self._bite = queue, devices, slots, bite
        self._looks = self._taken = 0

    def look(self) -> None:
        """Look once, and bite when it is time."""
        idle = self._pool.has_room and self._pool.taken == self._taken and self._hints_wait()
        self._looks = self._looks + 1 if idle else 0
        self._taken = self._pool.taken
        if self._looks >= LOOKS:
            logger.critical("hints wait, a slot is free, and nothing was taken for a minute: the worker ends")
            self._bite()

    def _hints_wait(self) -> bool:
        try:
            self._queue.check()
            return any(self._queue.depth(device) for device in self._devices)
        except REDIS_TROUBLE:  # while it is away, or refuses, there is nothing to take
            return False
