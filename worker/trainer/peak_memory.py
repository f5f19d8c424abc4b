"""The peak memory of a job, including its data."""

import sys
from contextlib import suppress
from pathlib import Path

import torch

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
"""See proc(5): this resets the peak of resident memory to what is resident now."""


class PeakMemory:
    """Measures the peak memory of jobs, one after another. On a CPU, this is the resident memory of the process minus
    that before its first job; on a GPU, the memory that torch has allocated there."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._at_start = _resident("VmRSS")

    def begin(self) -> None:
        """Start measuring a job."""
        if self._device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self._device)
        elif sys.platform == "linux":
            with suppress(OSError):  # where /proc is read-only, it is the peak of all jobs so far
                _CLEAR.write_text(_RESET_PEAK)

    def bytes(self) -> int | None:
        """The peak memory of the job so far; None where the system does not report it."""
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
