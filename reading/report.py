"""What a reader tells while it reads."""

import time
from collections.abc import Callable

from reading.messages import Line, Log, Progress, Unit

INTERVAL = 0.2
"""Seconds between two progress lines."""


class Report:
    """Passes progress on, a few times a second at most."""

    def __init__(self, send: Callable[[Line], None]) -> None:
        self._send = send
        self._next = 0.0

    def progress(self, what: str, done: int, total: int | None, unit: Unit) -> None:
        """Say how far the reading is."""
        now = time.monotonic()
        if now >= self._next or done == total:
            self._next = now + INTERVAL
            self._send(Progress(what=what[:200], done=done, total=total, unit=unit))

    def log(self, text: str) -> None:
        """Write a sentence into the log."""
        self._send(Log(text=text[:2000]))
