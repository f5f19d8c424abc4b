"""The shutdown of a worker, and its time limits."""

import os
import threading
import time

from hub.settings import Settings

GRACE_SECONDS = 3.0
"""Time to hand jobs back to the queue."""
EARLIER = 0.5
"""Seconds by which a worker ends before `GRADUS_STOP_SECONDS` are over."""


class Shutdown:
    """A flag that a signal sets once and every thread checks."""

    def __init__(self, stop_seconds: float = Settings.stop_seconds) -> None:
        """Shortly before `stop_seconds` are over, a process that shuts down exits unconditionally. Jobs that it still
        holds then are freed when their leases expire."""
        self._limit = stop_seconds - EARLIER
        self._begun = threading.Event()
        self._at = 0.0

    def begin(self) -> None:
        """Begin the shutdown: no new jobs from now on."""
        self._at = time.monotonic()
        self._begun.set()
        limit = threading.Timer(self._limit, os._exit, [1])
        limit.daemon = True
        limit.start()

    @property
    def begun(self) -> bool:
        """Whether the shutdown has begun."""
        return self._begun.is_set()

    @property
    def overdue(self) -> bool:
        """Whether the grace period is over."""
        return self.begun and time.monotonic() - self._at > GRACE_SECONDS

    def wait(self, seconds: float) -> bool:
        """Sleep for this time, or until the shutdown begins; returns whether the shutdown has begun."""
        return self._begun.wait(seconds)
