"""The effect of a change, paired by seed: which of two specs is better, and whether that is more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log, sqrt
from typing import Literal

from gradus.sweep.student import probability

Measure = Literal["points", "balanced", "loss"]
"""The measure of an effect: accuracy; mean recall of the classes; or test loss, for regression and where the accuracy
hides the fault."""
POINTS = 1.0
"""The least gain of accuracy or recall that counts, in points."""
LOSS_SHARE = 0.05
"""The least fall of the loss that counts, as a fraction."""
LARGEST_P = 0.05
SMALLEST_D = 0.5
WORST_LOG = log(1000)
"""Upper bound of the difference between the natural logarithms of two losses: NaN and infinity could not be
averaged."""


@dataclass(frozen=True)
class Score:
    """The result of a run on the test split."""

    points: float
    """100 times the accuracy or R², the latter at least -1."""
    loss: float
    balanced: float
    """100 times the mean recall of the classes; for regression the points."""


@dataclass(frozen=True)
class Effect:
    """How much better the second of two specs is than the first."""

    gain: float
    """Mean difference."""
    p: float
    """Two-sided p-value of the paired t-test."""
    d: float
    """Cohen's d of the differences: mean / deviation."""

    def is_sure(self, least: float) -> bool:
        """Whether the gain reaches `least`, beyond chance."""
        return self.gain >= least and self.p < LARGEST_P and self.d >= SMALLEST_D


def effect(before: Sequence[float], after: Sequence[float]) -> Effect:
    """The effect on a score that is better the higher it is; scores are paired by their position."""
    gaps = [y - x for x, y in zip(before, after, strict=True)]
    n = len(gaps)
    assert n > 1
    mean = sum(gaps) / n
    deviation = sqrt(sum((gap - mean) ** 2 for gap in gaps) / (n - 1))
    if deviation == 0:
        return Effect(mean, 0.0 if mean else 1.0, inf if mean > 0 else -inf if mean < 0 else 0.0)
    return Effect(mean, 1 - probability(abs(mean) * sqrt(n) / deviation, n - 1), mean / deviation)


def gain_of_points(before: Sequence[Score], after: Sequence[Score], measure: Measure = "points") -> Effect:
    """The effect on the points, or on the balanced accuracy."""
    return effect([getattr(one, measure) for one in before], [getattr(one, measure) for one in after])


def fall_of_loss(before: Sequence[Score], after: Sequence[Score]) -> Effect:
    """The effect on the loss; the gain is the fraction by which its geometric mean falls."""
    logs = [_log_ratio(x.loss, y.loss) for x, y in zip(before, after, strict=True)]
    found = effect([0.0] * len(logs), logs)
    return Effect(1 - exp(-found.gain), found.p, found.d)


@dataclass(frozen=True)
class Bar:
    """The size that a gain must have to count."""

    measure: Measure
    examples: int
    """Number of examples in the test split. A gain of a single example, which is more than a point in a small split,
    counts as chance, even if all seeds agree, as they do where the loss has one minimum."""

    @property
    def least(self) -> float:
        """The least gain."""
        return LOSS_SHARE if self.measure == "loss" else max(POINTS, 100.001 / self.examples)

    def change(self, before: Sequence[Score], after: Sequence[Score]) -> Effect:
        """The effect by this measure."""
        return fall_of_loss(before, after) if self.measure == "loss" else gain_of_points(before, after, self.measure)

    def is_better(self, before: Sequence[Score], after: Sequence[Score]) -> bool:
        """Whether `after` is surely better: by a point, or by 5 % of the loss."""
        return self.change(before, after).is_sure(self.least)

    def is_worse(self, before: Sequence[Score], after: Sequence[Score]) -> bool:
        """Whether a change does harm: it costs as much, beyond chance."""
        return self.is_better(after, before)


def _log_ratio(before: float, after: float) -> float:
    if not isfinite(before) and not isfinite(after):
        return 0.0
    if not isfinite(before):
        return WORST_LOG
    if not isfinite(after):
        return -WORST_LOG
    tiny = 1e-12
    return max(-WORST_LOG, min(WORST_LOG, log((before + tiny) / (after + tiny))))
