"""A deadline that moves with each request. Its timer is reused: creating one costs more than a response."""

import asyncio
from collections.abc import Callable


class Deadline:
    """Calls `passed` once when the deadline passes. Not thread-safe: use it on the event loop only."""

    def __init__(self, loop: asyncio.AbstractEventLoop, passed: Callable[[], None]) -> None:
        self._loop = loop
        self._passed = passed
        self._at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Move the deadline to `seconds` from now."""
        self._at = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._at:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._at, self._on_timer)

    def lift(self) -> None:
        """Clear the deadline, and keep the timer for the next one."""
        self._at = None

    def end(self) -> None:
        """Clear the deadline and cancel the timer."""
        self._at = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timer(self) -> None:
        self._timer = None
        if self._at is None:
            return
        if self._loop.time() < self._at:
            self._timer = self._loop.call_at(self._at, self._on_timer)
            return
        self._at = None
        self._passed()
