"""Restarts a part when it dies, with exponential backoff while it keeps dying soon after its start."""

from collections.abc import Callable

from hub.embedded.parts import Part

FIRST_PAUSE = 0.25
MAX_PAUSE = 30.0
HEALTHY_SECONDS = 30.0
"""A part that ran at least this long is restarted with the first pause again."""


class RestartedPart:
    """A part with the state of its restarts."""

    def __init__(self, part: Part, say: Callable[[str], None]) -> None:
        self.part = part
        self.deaths = 0
        """How often the part has died or has failed to start."""
        self._say = say
        self._pause = FIRST_PAUSE
        self._started_at = 0.0
        self._start_at: float | None = None

    def start(self, now: float) -> None:
        """Start the part for the first time."""
        self.part.start()
        self._started_at = now

    def check(self, now: float) -> None:
        """Restart the part if it has died. Call this continually."""
        if self._start_at is not None:
            if now >= self._start_at:
                self._restart(now)
        elif not self.part.alive():
            self._pause = FIRST_PAUSE if now - self._started_at > HEALTHY_SECONDS else min(MAX_PAUSE, 2 * self._pause)
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
        self._start_at = now + self._pause
        self._say(f"{reason}; restarting it in {self._pause:.2g} s")
