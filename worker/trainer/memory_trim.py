"""Returns free memory to the system after each job, so that the trainer process stays small."""

import ctypes
import gc
import logging
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from gradus.resolved import ResolvedSpec

_STATUS = Path("/proc/self/status")
_STACK_BYTES = 8 * 2**20
"""Stack size of a thread where the system sets no limit."""

MAX_GROWTH_BYTES = 512 * 2**20
"""Memory that a trainer may keep after a job, besides its data sets. Libraries keep 60 MiB after their first data set
and large network, then a little for each new network shape, up to the limits of their caches; more is a leak."""


logger = logging.getLogger(__name__)


@contextmanager
def log_peak_memory(device: torch.device, experiment: ResolvedSpec, members: int) -> Iterator[None]:
    """On a GPU, log an array's peak memory and its estimate; a warning if the estimate was exceeded."""
    if device.type != "cuda":
        yield
        return
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    yield
    peak = torch.cuda.max_memory_allocated(device) - before
    estimate = experiment.memory_bytes + (members - 1) * experiment.member_bytes
    level = logging.WARNING if peak > estimate else logging.INFO
    logger.log(level, "peak GPU memory %.0f MiB, estimate %.0f MiB", peak / 2**20, estimate / 2**20)


def freeze_objects() -> None:
    """Exclude all current objects from later garbage collections: they are mostly the libraries', which stay anyway."""
    gc.collect()
    gc.freeze()


def free_memory(device: torch.device) -> None:
    """Collect garbage, then return free memory of the device and of the C library to the system."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    trim_heap()


def trim_heap() -> None:
    """Return free memory of the C library to the system, which `keep_freed_memory` lets it keep."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl has not
        if trim is not None:
            trim(0)


def anonymous_bytes() -> int:
    """Resident memory of the process that is not backed by files; 0 on systems without /proc."""
    return _status("RssAnon")


def writable_bytes() -> int:
    """The memory that counts against the limit of `limit_memory`, resident or not; 0 on systems without /proc."""
    return _status("VmData")


def stack_bytes() -> int:
    """Memory that counts as allocated for the stacks of torch's threads, although they use little of it."""
    size = resource.getrlimit(resource.RLIMIT_STACK)[0]
    return (torch.get_num_threads() - 1) * (_STACK_BYTES if size == resource.RLIM_INFINITY else size)


def _status(key: str) -> int:
    if not _STATUS.exists():
        return 0
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{key}:"))
    return int(line.split()[1]) * 1024
