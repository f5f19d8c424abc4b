"""How a metric moves over epochs."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite


def fall_per_epoch(losses: Sequence[float], epochs: int = 3) -> float:
    """The share of a loss that each of the last epochs takes away, geometric mean; negative if it grows, 0 if unknown.

    Example: losses that end 1.0, 0.9, 0.81 fall by 0.1 an epoch.
    """
    last = [loss for loss in losses[-epochs - 1 :] if isfinite(loss) and loss > 0]
    if len(last) < 2:
        return 0.0
    return 1 - float((last[-1] / last[0]) ** (1 / (len(last) - 1)))


def falling_share(values: Sequence[float]) -> float:
    """The share of changes that are downward."""
    changes = [later < earlier for earlier, later in pairwise(values)]
    return sum(changes) / len(changes) if changes else 0.0


def lowest(values: Sequence[float]) -> int:
    """The index of the lowest finite value; 0 if there is none."""
    return min(range(len(values)), key=lambda i: (values[i] if isfinite(values[i]) else float("inf"), i), default=0)


def median(values: Sequence[float]) -> float:
    """The lower median of the finite values; NaN if there is none."""
    known = sorted(value for value in values if isfinite(value))
    return known[(len(known) - 1) // 2] if known else float("nan")


def ratio(one: float, other: float) -> float:
    """one / other; infinite where that has no finite value."""
    quotient = one / other if other else float("inf")
    return quotient if isfinite(quotient) else float("inf")
