"""What the values of a sweep tell: mean, deviation, and the difference to the base, paired by seed."""

from collections.abc import Mapping, Sequence
from math import isfinite, sqrt
from statistics import fmean

from gradus.sweep.student import quantile
from gradus.wire.sweep import Difference

LEVEL = 0.95
"""Of the confidence interval."""


def mean(values: Sequence[float]) -> float | None:
    """Their mean; None if there are none."""
    return fmean(values) if values else None


def deviation(values: Sequence[float]) -> float | None:
    """The sample standard deviation, with n - 1; None for fewer than two values, and if one is not finite."""
    if len(values) < 2 or not all(map(isfinite, values)):
        return None
    centre = fmean(values)
    return sqrt(sum((value - centre) ** 2 for value in values) / (len(values) - 1))


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The confidence interval of their mean, mean ± t·s/√n; None where there is no deviation."""
    spread = deviation(values)
    if spread is None:
        return None
    centre, half = fmean(values), quantile(LEVEL, len(values) - 1) * spread / sqrt(len(values))
    return centre - half, centre + half


def difference(values: Mapping[int, float], base: Mapping[int, float]) -> Difference | None:
    """Value minus base over the seeds that both have, with its interval; None for fewer than two such seeds.

    Two runs of one seed see the same data in the same order, so that much of what chance does cancels out.
    """
    pairs = [values[seed] - base[seed] for seed in values if seed in base]
    around = interval(pairs)
    return None if around is None else Difference(mean=fmean(pairs), ci95=around, n=len(pairs))
