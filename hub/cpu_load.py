"""How many of the machine's CPUs others keep busy."""

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from hub.machine import ROOT, affinity, text

WINDOW = 6
"""Samples: a few times their interval is what an idle core is judged by."""
_TICKS_PER_SECOND = 100
"""USER_HZ, on every architecture that Linux supports."""
_OTHERS = (0, 2, 5, 6, 7)
"""The columns user, system, irq, softirq and steal of /proc/stat, without `nice`: the trainers are nice."""


class CpuLoad:
    """Measures between samples what processes of normal priority use of the CPUs on which this process may run."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, root: Path = ROOT) -> None:
        self._clock, self._stat = clock, root / "proc/stat"
        self._samples: deque[tuple[float, int]] = deque(maxlen=WINDOW)

    def sample(self) -> None:
        """Look at the counters; to be called regularly."""
        if (ticks := self._ticks()) is not None:
            self._samples.append((self._clock(), ticks))

    def busy(self) -> float:
        """Logical CPUs that were busy on average since the oldest sample; 0 where it is unknown. Keeps no sample: many
        questions in a row have the same window."""
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
