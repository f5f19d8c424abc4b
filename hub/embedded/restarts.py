"""Restarts a part when it dies, with exponential backoff while it keeps dying soon after its start, and not forever."""

from collections.abc import Callable

from hub.embedded.parts import Part

FIRST_PAUSE = 0.25
MAX_PAUSE = 30.0
HEALTHY_SECONDS = 30.0
"""A part that ran at least this long is restarted with the first pause again."""
MAX_DEATHS = 10
"""A part that dies this often in a row, each time soon after its start, is not restarted again. With the pauses between
its starts, that is after two minutes."""


class RestartedPart:
    """A part with the state of its restarts."""

    def __init__(self, part: Part, say: Callable[[str], None]) -> None:
        self.part = part
        self.deaths = 0
        """How often the part has died or has failed to start."""
        self.given_up = False
        """Whether the supervisor has stopped restarting the part."""
        self._say = say
        self._pause = FIRST_PAUSE
        self._deaths_in_a_row = 0
        self._started_at = 0.0
        self._start_at: float | None = None

    def start(self, now: float) -> None:
        """Start the part for the first time."""
        self.part.start()
        self._started_at = now

    def check(self, now: float) -> None:
        """Restart the part if it has died. Call this continually."""
        if self.given_up:
            return
        if self._start_at is not None:
            if now >= self._start_at:
                self._restart(now)
        elif not self.part.alive():
            if now - self._started_at > HEALTHY_SECONDS:
                self._pause, self._deaths_in_a_row = FIRST_PAUSE, 0
            else:
                self._pause = min(MAX_PAUSE, 2 * self._pause)
            self._schedule_restart(now, f"{self.part.name} died ({self.part.exit_reason()})")

    def _restart(self, now: float) -> None:
        try:
            self.part.start()
        except Exception as error:  # whatever the error: keep the other parts running, and retry this one
            self._pause = min(MAX_PAUSE, 2 * self._pause)
            self._schedule_restart(now, f"{self.part.name} failed to start ({error})")
            return
        self._started_at, self._start_at = now, None

    def _schedule_restart(self, now: float, reason: str) -> None:
        self.deaths += 1
        self._deaths_in_a_row += 1
        if self._deaths_in_a_row >= MAX_DEATHS:
            self.given_up = True
            self._say(f"{reason}, {MAX_DEATHS} times in a row: it is not restarted again")
            return
        self._start_at = now + self._pause
        self._say(f"{reason}; restarting it in {self._pause:.2g} s")
