"""The turn of a run: how long the run trains before it checks whether others wait for its slot."""

import time
from collections.abc import Callable

LOOK_SECONDS = 1.0
"""Minimum time between two checks of the queue."""


class Turn:
    """Says when to check whether others wait: once the turn is over, at the end of an epoch, or within an epoch if that
    takes longer than a turn. So every turn trains for at least one epoch or, if an epoch takes longer, for the duration
    of a turn."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin a turn, which is over after this many seconds."""
        self._seconds, self._clock = seconds, clock
        self._over_at = clock() + seconds
        self._look_at = 0.0
        self._epoch_began: float | None = None
        self._at_end = False

    def begin_epoch(self, *, first: bool = False) -> None:
        """Record that an epoch has begun: the `first` after data and checkpoints were loaded, or another one."""
        self._epoch_began, self._at_end = self._clock(), not first

    def is_due(self) -> bool:
        """Whether to check the queue now. Called after each report of the trainer, and repeatedly while none comes."""
        at_end, self._at_end, now = self._at_end, False, self._clock()
        if self._epoch_began is None or now < max(self._over_at, self._look_at):
            return False
        if not at_end and now < self._epoch_began + self._seconds:
            return False
        self._look_at = now + LOOK_SECONDS
        return True
