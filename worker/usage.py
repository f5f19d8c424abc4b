"""The usage of CPU, memory and GPU by a worker and its trainers, sampled every `SAMPLE_SECONDS`."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from gradus.wire.system import Usage
from hub.machine import ROOT, text
from worker.gpu_usage import GpuUsage

SAMPLE_SECONDS = 10.0
SHARE_OF_A_CORE = 0.001
"""Maximum share of a core that is spent on measuring shared memory. For this, the kernel walks all pages of the
processes, which takes 20 ms for a process with a gigabyte."""
_TICKS_PER_SECOND = 100
"""USER_HZ, on every architecture that Linux supports."""


class UsageSampler:
    """Takes samples of the processes `pids`. `latest` is the last sample; None before the first, and where the system
    does not report the usage."""

    def __init__(
        self,
        pids: Callable[[], Iterable[int]],
        gpu: Callable[[], GpuUsage | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        root: Path = ROOT,
    ) -> None:
        self._pids, self._gpu, self._clock, self._proc = pids, gpu, clock, root / "proc"
        self._at, self._ticks = clock(), self._ticks_of_all()
        self._shared, self._shared_until = 0, 0.0
        self.latest: Usage | None = None

    def sample(self) -> None:
        """Measure; CPU is the mean since the last sample. The usage of processes that have ended since is unknown."""
        at, ticks = self._clock(), self._ticks_of_all()
        used = sum(max(0, number - self._ticks.get(pid, 0)) for pid, number in ticks.items())
        seconds = max(at - self._at, 1 / _TICKS_PER_SECOND)
        self._at, self._ticks = at, ticks
        if not ticks:
            return
        gpu = self._gpu()
        self.latest = Usage(
            cpu=round(used / _TICKS_PER_SECOND / seconds, 3),
            memory_bytes=self._bytes(ticks),
            gpu=gpu and gpu.busy,
            gpu_memory_bytes=gpu and gpu.used_bytes,
            gpu_memory_total_bytes=gpu and gpu.total_bytes,
        )

    def _ticks_of_all(self) -> dict[int, int]:
        """Processor time of each process, user and system, in ticks."""
        found = {pid: text(self._proc / str(pid) / "stat") for pid in (os.getpid(), *self._pids())}
        return {pid: sum(map(int, stat.rpartition(")")[2].split()[11:13])) for pid, stat in found.items() if stat}

    def _bytes(self, pids: Iterable[int]) -> int:
        """Resident memory of processes. Memory that processes share, as forked trainers do, is not counted more than
        once. The shared amount changes little, and is measured seldom."""
        resident = sum(self._kib(pid, "status", "VmRSS:") for pid in pids)
        if self._at >= self._shared_until:
            began = time.thread_time()
            self._shared = resident - sum(self._kib(pid, "smaps_rollup", "Pss:") for pid in pids)
            self._shared_until = self._at + (time.thread_time() - began) / SHARE_OF_A_CORE
        return max(0, resident - self._shared) * 1024

    def _kib(self, pid: int, file: str, key: str) -> int:
        for line in (text(self._proc / str(pid) / file) or "").splitlines():
            if line.startswith(key):
                return int(line.split()[1])
        return 0
