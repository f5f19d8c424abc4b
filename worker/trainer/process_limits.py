"""How a trainer behaves towards the rest of its machine."""

import os
import resource
import sys
from pathlib import Path

NICENESS = 5
"""Below the API and the database, which have to answer while a run takes every core."""
FIRST_TO_GO = 500
"""Of 1000: when memory runs out, Linux kills the trainer whose run took it, and not the database."""

_SCORE = Path("/proc/self/oom_score_adj")


def step_back() -> None:
    """Let the others go first, and go first where nobody wants to."""
    os.nice(NICENESS)
    if _SCORE.exists() and int(_SCORE.read_text()) < FIRST_TO_GO:
        _SCORE.write_text(str(FIRST_TO_GO))


def bound_memory(gib: float | None) -> None:
    """Let an allocation fail that would take this process over so much memory; None for all that the machine has.

    A failed allocation ends a run and says why, where the kernel would end a process, and perhaps another one.
    """
    if sys.platform == "linux":  # elsewhere the limit means something else
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        most = machine if gib is None else int(gib * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))
