"""Memory that is free again goes back to the system: a process should not stay as large as it once was."""

import asyncio
import ctypes
from pathlib import Path

ARENAS = 2
"""Heaps of the C library; its default is eight for each core, and each keeps what was once freed in it."""
_M_ARENA_MAX = -8
EVERY = 5.0
GROWTH_KIB = 80 << 10
"""Less is not worth the walk through the heap, which holds everybody up: a thousand streams take 55 MiB."""


def few_arenas() -> None:
    """Before threads are started. Only glibc has this."""
    limit = getattr(ctypes.CDLL(None), "mallopt", None)
    if limit is not None:
        limit(_M_ARENA_MAX, ARENAS)


async def give_back() -> None:
    """For ever: while the process is larger than it was at first, give back what is free."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    usual = _resident()
    while trim is not None and usual:
        await asyncio.sleep(EVERY)
        if _resident() > usual + GROWTH_KIB:
            await asyncio.to_thread(trim, 0)


def _resident() -> int:
    """KiB; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
