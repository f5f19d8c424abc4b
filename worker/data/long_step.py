"""Progress reports of long steps such as downloads: at most one per second and per percent, none for short steps."""

import time
from collections.abc import Callable

from gradus.wire.event import StepProgress

Say = Callable[[str | StepProgress], None]
"""Receives a log line or the progress of a step."""
INTERVAL_SECONDS = 1.0
"""Minimum time before the first report, and between reports."""


class LongStep:
    """The progress of one step, such as a download."""

    def __init__(
        self, what: str, total: int | None, unit: str, say: Say, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what, self._total, self._unit = what, total, unit
        self._say, self._clock = say, clock
        self._reported_at = clock()
        self._percent: int | None = 0
        self._reported = False

    def reached(self, done: int) -> None:
        """Report that this much is done, if a report is due."""
        percent = 100 * done // self._total if self._total else None
        early = self._clock() - self._reported_at < INTERVAL_SECONDS
        if early or done == self._total or (percent is not None and percent == self._percent):
            return
        self._percent, self._reported_at = percent, self._clock()
        self._report(done, self._total)

    def end(self, done: int) -> None:
        """Report that the step is complete, if its progress has been reported."""
        if self._reported:
            self._report(done, done)

    def _report(self, done: int, total: int | None) -> None:
        self._reported = True
        self._say(StepProgress(what=self._what, done=done, total=total, unit=self._unit))
