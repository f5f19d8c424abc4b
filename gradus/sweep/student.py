"""Student's t distribution. Whole degrees of freedom have a closed form; others, of variances that were added, the
incomplete beta function."""

from functools import cache
from math import atan, cos, exp, lgamma, log, pi, sin, sqrt, tan

_HALVINGS = 64
"""Halvings of an interval of length π/2: more than the precision of a double."""


@cache
def quantile(level: float, freedom: float) -> float:
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


def probability(t: float, freedom: float) -> float:
    """The probability of |T| ≤ t, for t ≥ 0."""
    return _probability(atan(t / sqrt(freedom)), freedom)


def _probability(theta: float, freedom: float) -> float:
    whole = int(freedom)
    return _of_whole(theta, whole) if whole == freedom else 1.0 - _tails(freedom / 2, theta)


def _of_whole(theta: float, freedom: int) -> float:
    """Abramowitz & Stegun, Handbook of mathematical functions, 1964, 26.7.3 (odd ν) and 26.7.4 (even ν)."""
    odd = freedom % 2
    term = cos(theta) if odd else 1.0
    total = 0.0
    for k in range(freedom // 2):
        total += term
        term *= cos(theta) ** 2 * (2 * k + 1 + odd) / (2 * k + 2 + odd)
    return 2 / pi * (theta + sin(theta) * total) if odd else sin(theta) * total


def _tails(a: float, theta: float) -> float:
    """The probability of |T| > t with 2a degrees of freedom: the regularized incomplete beta function I_x(a, 1/2) at
    x = cos² θ. The identity I_x(a, b) = 1 - I_{1-x}(b, a) keeps the fraction convergent."""
    x, rest = cos(theta) ** 2, sin(theta) ** 2
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + 0.5) - lgamma(a) - lgamma(0.5) + a * log(x)) * sqrt(rest)
    if x < (a + 1) / (a + 2.5):
        return front / (a * _fraction(a, 0.5, x))
    return 1.0 - front / (0.5 * _fraction(0.5, a, rest))


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, 1 + d₁ / (1 + d₂ / (1 + …)), NIST Digital
    Library of Mathematical Functions, 8.17.22. It converges in about √a terms."""
    found = 1.0
    for m in range(15 + int(3 * sqrt(max(a, b))), 0, -1):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        k = m - 1
        odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
        found = 1.0 + odd / (1.0 + even / found)
    return found
