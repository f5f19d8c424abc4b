"""What the values of a sweep tell: mean, deviation, and the differences to the base, paired by seed.

The differences of one sweep are judged together. Their intervals are Bonferroni's, by Student's t: in 95 of 100 sweeps
all true differences lie inside at once, whatever the changes have in common. Beside each stands Holm's adjusted p,
which is below 0.05 wherever zero is outside the interval, and may be where it is inside: it asks for the sign alone.
Source: Holm, A simple sequentially rejective multiple test procedure, 1979.

A metric that counts examples moves in steps of one of them, its grain. Values that agree then do so within a step, not
exactly: their variance counts as that of a rounding error, grain²/12, where it is less, and no difference of a step or
less is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose, isfinite, sqrt

from gradus.sweep.average import average, excess, shifted
from gradus.sweep.student import probability, quantile
from gradus.wire.sweep import Difference

LEVEL = 0.95
"""Of a confidence interval, and of all intervals of a sweep's differences together."""
RESOLUTION = 2.0**-23
"""Relative distance of neighbours in float32, in which networks are trained: a spread below it is rounding."""
TELLING = 3
"""Seeds in common before a difference is told: that a run goes wrong twice is no rare chance among several changes."""
SMALLEST_P = 2.0**-52
"""What double precision leaves of a probability close to one: no test is surer than this."""


def mean(values: Sequence[float]) -> float | None:
    """Their mean; None if there are none."""
    return average(values) if values else None


def deviation(values: Sequence[float]) -> float | None:
    """The sample standard deviation, with n - 1; None for fewer than two values, and if one is not finite.

    Infinite if it is more than a double holds.
    """
    if len(values) < 2 or not all(map(isfinite, values)):
        return None
    shift = excess(values)
    small = shifted(values, shift)
    centre = average(small)
    return sqrt(sum((value - centre) ** 2 for value in small) / (len(values) - 1)) * 2.0**shift


@dataclass(frozen=True)
class Estimate:
    """A mean, and how far chance may have moved it."""

    mean: float
    error: float
    """Its standard error, above zero."""
    n: int
    least: float
    """No interval reaches less far to either side."""

    def half(self, level: float) -> float:
        """Half the width of the interval of this level."""
        return max(quantile(level, self.n - 1) * self.error, self.least)

    @property
    def p(self) -> float:
        """The probability of such a mean, or one further from zero, where nothing but chance is at work."""
        if abs(self.mean) <= self.least:
            return 1.0
        return max(1 - probability(abs(self.mean) / self.error, self.n - 1), SMALLEST_P)


def interval(values: Sequence[float], grain: float = 0.0) -> tuple[float, float] | None:
    """The confidence interval of their mean, mean ± t·s/√n; None for fewer than two values, where one is not finite,
    and where all are the same without a grain that says why: then the seed has changed nothing.

    grain: the smallest step between two values; zero if they have none.
    """
    found = _estimate(values, grain**2 / 12, grain / 2, max(map(abs, values), default=0.0))
    return None if found is None else (found.mean - found.half(LEVEL), found.mean + found.half(LEVEL))


def difference(values: Mapping[int, float], base: Mapping[int, float], grain: float = 0.0) -> Difference | None:
    """Of the only change that is compared with the base: see `differences`."""
    return differences([paired(values, base, grain)])[0]


def paired(values: Mapping[int, float], base: Mapping[int, float], grain: float = 0.0) -> Estimate | None:
    """Value minus base over the seeds that both have; None where `interval` would be.

    Two runs of one seed see the same data in the same order, so that much of what chance does cancels out.
    """
    both = [(values[seed], base[seed]) for seed in values if seed in base]
    gaps = [_gap(*pair) for pair in both]
    found = _estimate(gaps, grain**2 / 6, grain, max((abs(one) for pair in both for one in pair), default=0.0))
    if found is None or (found.n >= TELLING and abs(found.mean) > grain * (1 + RESOLUTION)):
        return found
    return replace(found, least=max(found.least, abs(found.mean)))


def differences(estimates: Sequence[Estimate | None], to_come: int = 0) -> list[Difference | None]:
    """Those of all changes to their one base, judged together.

    to_come: changes that may still be compared; what is said early counts them already.
    """
    there = [one for one in estimates if one is not None]
    family = len(there) + to_come
    told = iter(_judged(there, family))
    return [None if one is None else next(told) for one in estimates]


def _judged(estimates: Sequence[Estimate], family: int) -> list[Difference]:
    """Holm's steps: the smallest p counts `family` times, the next once less, and none less than the one before."""
    found: dict[int, Difference] = {}
    adjusted = 0.0
    for step, i in enumerate(sorted(range(len(estimates)), key=lambda i: estimates[i].p)):
        one = estimates[i]
        adjusted = max(adjusted, min(1.0, (family - step) * one.p))
        half = one.half(1 - (1 - LEVEL) / family)
        found[i] = Difference(mean=one.mean, ci95=(one.mean - half, one.mean + half), n=one.n, p_adjusted=adjusted)
    return [found[i] for i in range(len(estimates))]


def _gap(value: float, base: float) -> float:
    """Their difference; zero where they are the same but for the rounding of a double."""
    return 0.0 if isclose(value, base, rel_tol=1e-12) else value - base


def _estimate(values: Sequence[float], rounding: float, least: float, scale: float) -> Estimate | None:
    """rounding: variance that the grain gives each value; scale: size of what was measured."""
    spread = deviation(values)
    if spread is None or (not rounding and spread <= RESOLUTION * scale):
        return None
    centre = average(values)
    exact = 0.0 if abs(centre) <= 1e-12 * scale else centre
    return Estimate(exact, max(spread, sqrt(rounding)) / sqrt(len(values)), len(values), least)
