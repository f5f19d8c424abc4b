"""Trends of a metric over epochs."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite


def falling_share(values: Sequence[float]) -> float:
    """The share of changes from one value to the next that are downward."""
    changes = [later < earlier for earlier, later in pairwise(values)]
    return sum(changes) / len(changes) if changes else 0.0


def lowest(values: Sequence[float]) -> int:
    """The index of the lowest finite value; 0 if there is none."""
    return min(range(len(values)), key=lambda i: (values[i] if isfinite(values[i]) else float("inf"), i), default=0)


def median(values: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """The lower median of the finite values, weighted by `weights`, 1 by default; NaN if there is none."""
    known = sorted(
        (value, weight) for value, weight in zip(values, weights or [1.0] * len(values), strict=True) if isfinite(value)
    )
    half, passed = sum(weight for _, weight in known) / 2, 0.0
    for value, weight in known:
        passed += weight
        if passed >= half:
            return value
    return float("nan")


def ratio(one: float, other: float) -> float:
    """one / other; infinite where the quotient is not finite."""
    quotient = one / other if other else float("inf")
    return quotient if isfinite(quotient) else float("inf")
