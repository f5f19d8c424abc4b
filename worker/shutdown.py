"""The end of a worker: when it was asked to stop, and how long it may still try to do so in order."""

import os
import threading
import time

GRACE = 3.0
"""Seconds in which work may be handed back."""
LIMIT = 4.5
"""Seconds after which the process is gone, whatever hangs; leases take care of the rest."""


class Shutdown:
    """Set once, by a signal; seen by every thread."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._at = 0.0

    def begin(self) -> None:
        """From now on take no more work."""
        self._at = time.monotonic()
        self._begun.set()
        limit = threading.Timer(LIMIT, os._exit, [1])
        limit.daemon = True
        limit.start()

    @property
    def begun(self) -> bool:
        """Whether the worker is to stop."""
        return self._begun.is_set()

    @property
    def overdue(self) -> bool:
        """Whether it has had its time."""
        return self.begun and time.monotonic() - self._at > GRACE

    def wait(self, seconds: float) -> bool:
        """Sleep so long, or until the end begins; whether it has."""
        return self._begun.wait(seconds)
