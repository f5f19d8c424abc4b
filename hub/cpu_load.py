"""How many of the machine's CPUs are busy with processes other than trainers."""

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from hub.machine import ROOT, affinity, text

WINDOW = 6
"""Number of samples that are kept: the load is averaged over this many sampling intervals."""
_TICKS_PER_SECOND = 100
"""USER_HZ, on every architecture that Linux supports."""
_OTHERS = (0, 2, 5, 6, 7)
"""The columns user, system, irq, softirq and steal of /proc/stat. The column `nice` is left out, because it counts the
trainers."""


class CpuLoad:
    """Measures, between samples, how much processes of normal priority use the CPUs on which this process may run."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, root: Path = ROOT) -> None:
        self._clock, self._stat = clock, root / "proc/stat"
        self._samples: deque[tuple[float, int]] = deque(maxlen=WINDOW)

    def sample(self) -> None:
        """Sample the counters. Call this regularly."""
        if (ticks := self._ticks()) is not None:
            self._samples.append((self._clock(), ticks))

    def busy(self) -> float:
        """Mean number of busy logical CPUs since the oldest sample; 0 if it is unknown. This adds no sample, so that
        many calls in a row measure over the same window."""
        ticks = self._ticks()
        if ticks is None or not self._samples:
            return 0.0
        began, before = self._samples[0]
        return (ticks - before) / _TICKS_PER_SECOND / max(self._clock() - began, 1 / _TICKS_PER_SECOND)

    def _ticks(self) -> int | None:
        rows = [line.split() for line in (text(self._stat) or "").splitlines()]
        ours = {f"cpu{number}" for number in affinity()}
        counted = [sum(int(row[1 + column]) for column in _OTHERS) for row in rows if row and row[0] in ours]
        return sum(counted) if counted else None
