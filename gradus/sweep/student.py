"""Student's t distribution, for whole degrees of freedom."""

from functools import cache
from math import atan, cos, pi, sin, sqrt, tan

_HALVINGS = 64
"""Of an interval of length π/2: more than a double can tell apart."""


@cache
def quantile(level: float, freedom: int) -> float:
    """t so that |T| ≤ t with this probability; level in (0, 1), freedom ≥ 1.

    Bisection over θ = arctan(t/√ν), in which the probability grows from 0 to 1.
    """
    assert 0 < level < 1
    assert freedom >= 1
    low, high = 0.0, pi / 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _probability(middle, freedom) < level else (low, middle)
    return tan((low + high) / 2) * sqrt(freedom)


def probability(t: float, freedom: int) -> float:
    """Of |T| ≤ t, t ≥ 0."""
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
