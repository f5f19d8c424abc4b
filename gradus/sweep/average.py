"""The mean of values of any magnitude, even if their sum overflows a double."""

from collections.abc import Iterable, Sequence
from math import frexp, isfinite, ldexp
from statistics import fmean

_SAFE = 500
"""Maximum binary exponent of values whose squares, and sums of some thousand squares, are finite."""


def average(values: Iterable[float]) -> float:
    """The mean of one or more values; non-finite if a value is."""
    values = list(values)
    if not all(map(isfinite, values)):
        return sum(values) / len(values)
    shift = excess(values)
    return ldexp(fmean(shifted(values, shift)), shift)


def excess(values: Iterable[float]) -> int:
    """The power of two by which finite values must be divided to be summed and squared without overflow; at least 0."""
    return max(0, frexp(max(map(abs, values)))[1] - _SAFE)


def shifted(values: Iterable[float], shift: int) -> Sequence[float]:
    """The values divided by 2**shift, which is exact."""
    return [ldexp(value, -shift) for value in values]
