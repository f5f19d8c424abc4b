"""Memory goes back to the system after each job: the process stays warm, not large."""

import ctypes
import gc
import sys

import torch


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
