"""A moment after which nobody waits any more."""

import time
from math import inf

LEAST = 1.0
"""Seconds that an answer has in any case: who waits for no time at all still asks once."""


class Deadline:
    """A moment to come, or never, and how things stand before it."""

    def __init__(self, seconds: float | None, situation: str) -> None:
        self._seconds, self._situation = seconds, situation
        self._at = inf if seconds is None else time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then, none where it is past."""
        return max(0.0, self._at - time.monotonic())

    def limit(self) -> float:
        """Seconds that an answer may take."""
        return max(LEAST, self.left())

    def now(self, situation: str) -> None:
        """Things stand like this.

        Raises:
            TimeoutError: it is past.
        """
        self._situation = situation
        self.check()

    def check(self, why: Exception | None = None) -> None:
        """Go on, if there is time.

        Raises:
            TimeoutError: it is past; says how things stand, and why no more is known.
        """
        if not self.left():
            trouble = f" ({why})" if why else ""
            raise TimeoutError(f"{self._situation} after {self._seconds} s{trouble}; it goes on") from why


NEVER = Deadline(None, "")
