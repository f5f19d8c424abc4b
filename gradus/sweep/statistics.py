"""The statistics of a sweep: mean, standard deviation, and differences to the base, paired by seed.

The differences of a sweep are tested together. Their confidence intervals are Student's t with Bonferroni correction:
in 95 of 100 sweeps all true differences lie inside, whatever the dependence between the changes. Each also has Holm's
adjusted p-value, which tests only the sign: it is below 0.05 whenever zero is outside the interval, and may also be if
zero is inside. Source: Holm, A simple sequentially rejective multiple test procedure, 1979.

A metric that counts examples changes in steps of one example, its grain. Equal values may differ by up to a step. So a
variance below that of a rounding error, grain²/12, is raised to it, and differences of at most a step are not
reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose, isfinite, sqrt

from gradus.sweep.average import average, excess, shifted
from gradus.sweep.student import probability, quantile
from gradus.wire.sweep import Difference

LEVEL = 0.95
"""Confidence level of a single interval, and of all intervals of a sweep's differences together."""
RESOLUTION = 2.0**-23
"""Relative spacing of float32, in which networks are trained: smaller deviations are rounding errors."""
MIN_SEEDS = 3
"""Common seeds needed to report a difference: among several changes, two bad runs by chance are not rare."""
SMALLEST_P = 2.0**-52
"""The smallest p-value: double precision cannot represent a probability closer to 1."""


def mean(values: Sequence[float]) -> float | None:
    """The mean; None without values."""
    return average(values) if values else None


def deviation(values: Sequence[float]) -> float | None:
    """The sample standard deviation, with n - 1; None for fewer than two values, or if a value is not finite.

    Infinite if the result overflows a double.
    """
    if len(values) < 2 or not all(map(isfinite, values)):
        return None
    shift = excess(values)
    small = shifted(values, shift)
    centre = average(small)
    return sqrt(sum((value - centre) ** 2 for value in small) / (len(values) - 1)) * 2.0**shift


@dataclass(frozen=True)
class Estimate:
    """A mean and its uncertainty."""

    mean: float
    error: float
    """Standard error of the mean, above zero."""
    n: int
    least: float
    """Minimum half-width of a confidence interval."""
    degrees: float | None = None
    """Degrees of freedom; None for n - 1."""

    @property
    def freedom(self) -> float:
        """Degrees of freedom of Student's t."""
        return self.n - 1 if self.degrees is None else self.degrees

    def half(self, level: float) -> float:
        """Half the width of the confidence interval of this level."""
        return max(quantile(level, self.freedom) * self.error, self.least)

    @property
    def p(self) -> float:
        """The p-value: the probability of a mean at least this far from zero if the true mean is zero."""
        if abs(self.mean) <= self.least:
            return 1.0
        return max(1 - probability(abs(self.mean) / self.error, self.freedom), SMALLEST_P)


def interval(values: Sequence[float], grain: float = 0.0) -> tuple[float, float] | None:
    """The confidence interval of the mean, mean ± t·s/√n. None for fewer than two values, if a value is not finite, or
    if all values of a continuous metric are equal: then the seed has no effect.

    grain: the step between adjacent values; zero for a continuous metric.
    """
    found = _estimate(values, grain**2 / 12, grain / 2, max(map(abs, values), default=0.0))
    return None if found is None else (found.mean - found.half(LEVEL), found.mean + found.half(LEVEL))


def difference(values: Mapping[int, float], base: Mapping[int, float], grain: float = 0.0) -> Difference | None:
    """The difference of a single change to the base; see `differences`."""
    return differences([paired(values, base, grain)])[0]


def paired(values: Mapping[int, float], base: Mapping[int, float], grain: float = 0.0) -> Estimate | None:
    """The mean of value minus base over the common seeds; None in the same cases as `interval`.

    Runs with the same seed see the same data in the same order, so pairing cancels much of the random variation.
    """
    both = [(values[seed], base[seed]) for seed in values if seed in base]
    gaps = [_gap(*pair) for pair in both]
    found = _estimate(gaps, grain**2 / 6, grain, max((abs(one) for pair in both for one in pair), default=0.0))
    if found is None or (found.n >= MIN_SEEDS and abs(found.mean) > grain * (1 + RESOLUTION)):
        return found
    return replace(found, least=max(found.least, abs(found.mean)))


def differences(estimates: Sequence[Estimate | None], to_come: int = 0) -> list[Difference | None]:
    """The differences of all changes to their common base, tested together.

    to_come: number of changes whose results are still missing; the correction includes them.
    """
    known = [one for one in estimates if one is not None]
    family = len(known) + to_come
    corrected = iter(_corrected(known, family))
    return [None if one is None else next(corrected) for one in estimates]


def _corrected(estimates: Sequence[Estimate], family: int) -> list[Difference]:
    """Holm's procedure: the smallest p is multiplied by `family`, the next by one less, and so on, non-decreasing."""
    found: dict[int, Difference] = {}
    adjusted = 0.0
    for step, i in enumerate(sorted(range(len(estimates)), key=lambda i: estimates[i].p)):
        one = estimates[i]
        adjusted = max(adjusted, min(1.0, (family - step) * one.p))
        half = one.half(1 - (1 - LEVEL) / family)
        found[i] = Difference(mean=one.mean, ci95=(one.mean - half, one.mean + half), n=one.n, p_adjusted=adjusted)
    return [found[i] for i in range(len(estimates))]


def _gap(value: float, base: float) -> float:
    """The difference; zero if the values are equal up to double rounding."""
    return 0.0 if isclose(value, base, rel_tol=1e-12) else value - base


def _estimate(values: Sequence[float], rounding: float, least: float, scale: float) -> Estimate | None:
    """rounding: variance of each value due to the grain; scale: magnitude of the measured values."""
    spread = deviation(values)
    if spread is None or (not rounding and spread <= RESOLUTION * scale):
        return None
    centre = average(values)
    exact = 0.0 if abs(centre) <= 1e-12 * scale else centre
    return Estimate(exact, max(spread, sqrt(rounding)) / sqrt(len(values)), len(values), least)
