"""How far a long step is, told about once a second and once a percent; of one that is short nothing is told."""

import time
from collections.abc import Callable

from gradus.wire.event import StepProgress

Say = Callable[[str | StepProgress], None]
"""Takes a line for people about what goes on, or how far a step is."""
INTERVAL = 1.0
"""Seconds before the first report, and between two."""


class LongStep:
    """One step, such as a download."""

    def __init__(
        self, what: str, total: int | None, unit: str, say: Say, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what, self._total, self._unit = what, total, unit
        self._say, self._clock = say, clock
        self._reported_at = clock()
        self._percent: int | None = 0
        self._reported = False

    def reached(self, done: int) -> None:
        """So much is done."""
        percent = 100 * done // self._total if self._total else None
        early = self._clock() - self._reported_at < INTERVAL
        if early or done == self._total or (percent is not None and percent == self._percent):
            return
        self._percent, self._reported_at = percent, self._clock()
        self._report(done, self._total)

    def end(self, done: int) -> None:
        """All is done; told if anything was."""
        if self._reported:
            self._report(done, done)

    def _report(self, done: int, total: int | None) -> None:
        self._reported = True
        self._say(StepProgress(what=self._what, done=done, total=total, unit=self._unit))
