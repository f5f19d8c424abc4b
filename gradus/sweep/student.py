"""Student's t distribution, for integer degrees of freedom."""

from functools import cache
from math import atan, cos, pi, sin, sqrt, tan

_HALVINGS = 64
"""Halvings of an interval of length π/2: more than the precision of a double."""


@cache
def quantile(level: float, freedom: int) -> float:
    """The t for which |T| ≤ t has this probability; level in (0, 1), freedom ≥ 1.

    Bisection over θ = arctan(t/√ν), with which the probability increases from 0 to 1.
    """
    assert 0 < level < 1
    assert freedom >= 1
    low, high = 0.0, pi / 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _probability(middle, freedom) < level else (low, middle)
    return tan((low + high) / 2) * sqrt(freedom)


def probability(t: float, freedom: int) -> float:
    """The probability of |T| ≤ t, for t ≥ 0."""
    return _probability(atan(t / sqrt(freedom)), freedom)


def _probability(theta: float, freedom: int) -> float:
    """Abramowitz & Stegun, Handbook of mathematical functions, 1964, 26.7.3 (odd ν) and 26.7.4 (even ν)."""
    odd = freedom % 2
    term = cos(theta) if odd else 1.0
    total = 0.0
    for k in range(freedom // 2):
        total += term
        term *= cos(theta) ** 2 * (2 * k + 1 + odd) / (2 * k + 2 + odd)
    return 2 / pi * (theta + sin(theta) * total) if odd else sin(theta) * total
