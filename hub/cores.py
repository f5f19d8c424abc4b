"""How runs share a machine's cores: the number of slots, and the threads of each run. Pure arithmetic."""

from gradus.spec.device import MAX_THREADS

POLICY = (
    "A worker trains one run per physical core that it may use, fewer if memory is short. A run on a CPU gets one "
    "thread for every 100 million multiply-adds of a training step, at most its share of the cores that are idle when "
    "it starts, which it shares with the runs that wait. It keeps its threads when it is resumed."
)
"""The policy in words."""

WORK_PER_THREAD = 100_000_000
"""Multiply-adds of a step that justify one more thread; they take about 2 ms. Threads synchronize after every operation
of a step, which takes about 0.1 ms if they wait passively; with more threads than this, a step takes longer. See
"Cores" in docs/performance.md."""
MAX_SLOTS = 64
SLOT_BYTES = 2**30
"""Memory of a trainer with a data set and its networks."""
RESERVED_BYTES = 2**30
"""Memory that is kept free for the API, the database and the reading of files."""


def slots(cores: int, free_bytes: int | None) -> int:
    """How many runs to train at once."""
    fit = MAX_SLOTS if free_bytes is None else (free_bytes - RESERVED_BYTES) // SLOT_BYTES
    return max(1, min(cores, fit, MAX_SLOTS))


def threads(multiply_adds: int, idle: int, waiting: int) -> int:
    """Number of threads of a run, from the multiply-adds of one of its steps, the number of idle cores and the number
    of runs that wait for cores. A run always gets one thread, even when no core is idle."""
    share = idle // (1 + waiting)
    return max(1, min(share, multiply_adds // WORK_PER_THREAD, MAX_THREADS))
