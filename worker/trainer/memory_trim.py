"""Memory goes back to the system after each job: the process stays warm, not large."""

import ctypes
import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from gradus.spec.experiment import Spec
from gradus.spec.memory import member_bytes, memory_bytes

_STATUS = Path("/proc/self/status")

GROWTH = 512 * 2**20
"""Bytes that a warm process may keep beside its data sets after a run. Libraries take 60 MiB when they first see a data
set and a large network, and then a little for each new shape, up to their caches' limits; more is a leak."""


logger = logging.getLogger(__name__)


@contextmanager
def peak_watched(place: torch.device, experiment: Spec, members: int) -> Iterator[None]:
    """On a GPU, hold what an array takes at most against the estimate by which it was planned."""
    if place.type != "cuda":
        yield
        return
    torch.cuda.reset_peak_memory_stats(place)
    before = torch.cuda.memory_allocated(place)
    yield
    taken = torch.cuda.max_memory_allocated(place) - before
    estimate = memory_bytes(experiment) + (members - 1) * member_bytes(experiment)
    level = logging.WARNING if taken > estimate else logging.INFO
    logger.log(level, "took %.0f MiB of the GPU's memory, estimated %.0f", taken / 2**20, estimate / 2**20)


def settle_down() -> None:
    """Take everything that is here now out of later collections: the libraries' objects stay anyway."""
    gc.collect()
    gc.freeze()


def free_memory(place: torch.device) -> None:
    """Collect what is unreachable, then give free memory of the device and of the C library back."""
    gc.collect()
    if place.type == "cuda":
        torch.cuda.empty_cache()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl has not
        if trim is not None:
            trim(0)


def own_bytes() -> int:
    """Resident memory that is no file's; 0 where the system does not tell."""
    if not _STATUS.exists():
        return 0
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("RssAnon:"))
    return int(line.split()[1]) * 1024
