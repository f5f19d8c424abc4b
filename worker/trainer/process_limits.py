"""Limits of a trainer process: CPU priority, out-of-memory score and memory."""

import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager

NICENESS = 5
"""A lower priority than the API and the database, which must respond while training uses every core."""
ANSWERING_NICENESS = 2
"""A higher priority than that of training, because somebody waits for the answer to a question."""
OOM_SCORE = 500
"""Out-of-memory score, of at most 1000: if the machine is out of memory, Linux kills the trainer rather than the
database."""


def limit_memory(gib: float | None, stacks: int = 0) -> None:
    """Make allocations fail beyond this limit; None for the machine's memory. `stacks` are the bytes of the threads'
    stacks, which count as allocated, but are hardly used: without them 64 threads would take half a GiB of the limit.

    A failed allocation ends the run with an error message. Without the limit, the kernel would kill a process, possibly
    another one.
    """
    if sys.platform == "linux":  # on other systems the limit has another meaning
        limit = int((machine_gib() if gib is None else gib) * 2**30) + stacks
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """Make writes to files fail beyond this size in bytes during the block, with EFBIG: Python ignores the signal."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def machine_gib() -> float:
    """The machine's memory in GiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
