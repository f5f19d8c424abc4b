"""The shutdown of a worker, and its time limits."""

import os
import threading
import time

GRACE_SECONDS = 3.0
"""Time to hand jobs back to the queue."""
LIMIT_SECONDS = 4.5
"""Time after which the process exits unconditionally; jobs that it still holds are freed when their leases expire."""


class Shutdown:
    """A flag that a signal sets once and every thread checks."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._at = 0.0

    def begin(self) -> None:
        """Begin the shutdown: no new jobs from now on."""
        self._at = time.monotonic()
        self._begun.set()
        limit = threading.Timer(LIMIT_SECONDS, os._exit, [1])
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
