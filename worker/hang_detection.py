"""Detection of trainers that hang: the process is alive, but its training loop reports no progress."""

import time
from collections.abc import Callable

from worker.trainer.protocol import Pulse, Report
from worker.trainer_process import TrainerLost, TrainerProcess

FACTOR = 20.0
"""A silence counts as hanging if it is this many times longer than the trainer's longest piece of work so far."""
MIN_POLLS = 5
"""Minimum number of polls before a silence counts as hanging. The time between two polls counts at most as 1/5 of the
shortest such silence: a worker that was frozen, or waited for its database, has not read its trainer's reports."""


class HangDetector:
    """Adds up the time since a trainer's last sign of progress."""

    def __init__(self, least: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`least` is the shortest silence that counts as hanging, in seconds."""
        self._least, self._clock = least, clock
        self._longest = self._silence = 0.0
        self._polled_at = clock()

    @property
    def limit(self) -> float:
        """Seconds of silence after which the trainer counts as hanging."""
        return max(self._least, FACTOR * self._longest)

    def follow(self, trainer: TrainerProcess, report: Report | None) -> None:
        """Record one poll: a report of the trainer, or None. Kills the trainer if its training loop hangs.

        Raises:
            TrainerLost: the trainer hung and was killed.
        """
        if report is not None:
            self.record_progress(report.longest if isinstance(report, Pulse) else 0.0)
        elif self.record_silence():
            trainer.kill()
            raise TrainerLost(f"the trainer hung: no progress for {self.limit:.0f} s; the process was killed")

    def record_progress(self, longest: float = 0.0) -> None:
        """Record that the trainer has reported; its longest piece of work so far took `longest` seconds."""
        self._longest = max(self._longest, longest)
        self._silence, self._polled_at = 0.0, self._clock()

    def record_silence(self) -> bool:
        """Record that the trainer has not reported since the last poll. Returns whether it counts as hanging."""
        now = self._clock()
        self._silence += min(now - self._polled_at, self._least / MIN_POLLS)
        self._polled_at = now
        return self._silence >= self.limit
