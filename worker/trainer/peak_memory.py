"""The most memory that a job has taken, with its data."""

import sys
from contextlib import suppress
from pathlib import Path

import torch

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
"""See proc(5): the peak of resident memory becomes what is resident now."""


class PeakMemory:
    """Measures jobs, one after another. On a CPU it is what the process has beyond its start, before its first job; on
    a GPU what torch has allocated there."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._at_start = _resident("VmRSS")

    def begin(self) -> None:
        """A job begins."""
        if self._device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self._device)
        elif sys.platform == "linux":
            with suppress(OSError):  # where /proc is read-only, it is the peak of all jobs so far
                _CLEAR.write_text(_RESET_PEAK)

    def bytes(self) -> int | None:
        """Of the job so far; None where the system does not tell."""
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device)
        peak = _resident("VmHWM")
        return None if peak is None or self._at_start is None else max(0, peak - self._at_start)


def _resident(key: str) -> int | None:
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{key}:")), None)
