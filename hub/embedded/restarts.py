"""Keeps one part alive: starts it again when it dies, and waits longer each time that it dies young."""

from collections.abc import Callable

from hub.embedded.parts import Part

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 30.0
HEALTHY = 30.0
"""Seconds after which a life counts as long."""


class RestartedPart:
    """One part and its history."""

    def __init__(self, part: Part, say: Callable[[str], None]) -> None:
        self.part = part
        self.deaths = 0
        """How often it died, or did not start."""
        self._say = say
        self._pause = FIRST_PAUSE
        self._born = 0.0
        self._start_at: float | None = None

    def start(self, now: float) -> None:
        """Start it for the first time."""
        self.part.start()
        self._born = now

    def tend(self, now: float) -> None:
        """Look after it: called every moment."""
        if self._start_at is not None:
            if now >= self._start_at:
                self._again(now)
        elif not self.part.alive():
            self._pause = FIRST_PAUSE if now - self._born > HEALTHY else min(LONGEST_PAUSE, 2 * self._pause)
            self._plan(now, f"{self.part.name} is gone ({self.part.obituary()})")

    def _again(self, now: float) -> None:
        try:
            self.part.start()
        except Exception as error:  # whatever it is: the other parts go on, and this one is tried again
            self._pause = min(LONGEST_PAUSE, 2 * self._pause)
            self._plan(now, f"{self.part.name} does not start ({error})")
            return
        self._born, self._start_at = now, None

    def _plan(self, now: float, why: str) -> None:
        self.deaths += 1
        self._start_at = now + self._pause
        self._say(f"{why}; starting it again in {self._pause:.2g} s")
