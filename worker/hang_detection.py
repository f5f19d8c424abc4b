"""When a trainer hangs: it is alive, and its training loop gives no sign that it gets on."""

import time
from collections.abc import Callable

from worker.trainer.protocol import Pulse, Report
from worker.trainer_process import TrainerLost, TrainerProcess

FACTOR = 20.0
"""How many times longer than the longest piece of work before it a silence must be."""
LOOKS = 5
"""At least, before a silence is as long as may be: what passes while nobody looks counts as one of them. A worker that
was frozen, or waited for its database, has not heard what its trainer said meanwhile."""


class HangDetector:
    """Adds up the silence of one trainer."""

    def __init__(self, least: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`least` is the shortest silence, in seconds, that counts as hanging."""
        self._least, self._clock = least, clock
        self._longest = self._silence = 0.0
        self._looked = clock()

    @property
    def limit(self) -> float:
        """Seconds of silence after which it hangs."""
        return max(self._least, FACTOR * self._longest)

    def follow(self, trainer: TrainerProcess, report: Report | None) -> None:
        """Take note of what was heard of a trainer, if anything was, and end it when its training loop hangs.

        Raises:
            TrainerLost: it did.
        """
        if report is not None:
            self.heard(report.longest if isinstance(report, Pulse) else 0.0)
        elif self.silent():
            trainer.kill()
            raise TrainerLost(f"the trainer hung: no progress for {self.limit:.0f} s, and it was ended")

    def heard(self, longest: float = 0.0) -> None:
        """It gets on; its longest piece of work so far took so many seconds."""
        self._longest = max(self._longest, longest)
        self._silence, self._looked = 0.0, self._clock()

    def silent(self) -> bool:
        """Nothing was heard since the last look; whether it hangs."""
        now = self._clock()
        self._silence += min(now - self._looked, self._least / LOOKS)
        self._looked = now
        return self._silence >= self.limit
