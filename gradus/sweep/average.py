"""The mean of values of any size: their sum may be more than a double holds."""

from collections.abc import Iterable, Sequence
from math import frexp, isfinite, ldexp
from statistics import fmean

_SAFE = 500
"""Binary orders of magnitude that squares and sums of some thousand values may have and be finite."""


def average(values: Iterable[float]) -> float:
    """The mean of at least one value; not finite if one of them is not."""
    values = list(values)
    if not all(map(isfinite, values)):
        return sum(values) / len(values)
    shift = excess(values)
    return ldexp(fmean(shifted(values, shift)), shift)


def excess(values: Iterable[float]) -> int:
    """By how many powers of two the largest, of finite values, is beyond what can be summed and squared."""
    return max(0, frexp(max(map(abs, values)))[1] - _SAFE)


def shifted(values: Iterable[float], shift: int) -> Sequence[float]:
    """The values smaller by that many powers of two, which costs no digits."""
    return [ldexp(value, -shift) for value in values]
