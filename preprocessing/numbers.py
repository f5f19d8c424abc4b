"""Scaling of numbers, as specified by `gradus.spec.numbers`.

A scaling is fitted to the training values and applied in float64. Numbers are clipped to ±10³⁰⁰ first, so that no
difference overflows. Beyond the training range `min_max`, `standard` and `signed_log` continue with the same formula,
`robust` approaches ±3 and `quantile` stays at its last knot.
"""

from statistics import NormalDist
from typing import Annotated, Literal, assert_never

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gradus.spec.numbers import MinMax, NoScaling, NumberEncoding, Quantile, Robust, SignedLog, Standard
from preprocessing.fitted_model import FittedModel

Numbers = NDArray[np.float64]

LARGEST = 1e300
KNOTS = 256
LARGEST_SCORE = 5.2
ROBUST_CUT = 1e6


class FittedMinMax(FittedModel):
    """(x - low) / (high - low); 0 if the bounds are equal."""

    kind: Literal["min_max"] = "min_max"
    low: float
    high: float


class FittedStandard(FittedModel):
    """(x - mean) / deviation; 0 if the deviation is 0."""

    kind: Literal["standard"] = "standard"
    mean: float
    deviation: float


class FittedRobust(FittedModel):
    """z = (x - median) / scale, clipped to ±10⁶, then z / sqrt(1 + (z/3)²); 0 if the scale is 0."""

    kind: Literal["robust"] = "robust"
    median: float
    scale: float
    """The interquartile range; if that is 0, half the range."""


class FittedQuantile(FittedModel):
    """Linear between the knots, constant beyond them."""

    kind: Literal["quantile"] = "quantile"
    knots: tuple[float, ...]
    """Strictly ascending."""
    scores: tuple[float, ...]
    """The value at each knot."""


class FittedSignedLog(FittedModel):
    """(sign(x) · ln(1 + |x|) - mean) / deviation; 0 if the deviation is 0."""

    kind: Literal["signed_log"] = "signed_log"
    mean: float
    deviation: float


class FittedNone(FittedModel):
    """x."""

    kind: Literal["none"] = "none"


FittedScaling = Annotated[
    FittedMinMax | FittedStandard | FittedRobust | FittedQuantile | FittedSignedLog | FittedNone,
    Field(discriminator="kind"),
]


def fit_scaling(encoding: NumberEncoding, values: Numbers) -> FittedScaling:
    """The scaling fitted to the training values (n,), which are finite. If there are none, the scaled values are 0 (for
    `none`: x)."""
    x = cut(values) if len(values) else np.zeros(1)
    match encoding:
        case MinMax():
            return FittedMinMax(low=float(x.min()), high=float(x.max()))
        case Standard():
            mean, deviation = mean_and_deviation(x)
            return FittedStandard(mean=mean, deviation=deviation)
        case Robust():
            return _fit_robust(x)
        case Quantile():
            return _fit_quantile(x)
        case SignedLog():
            mean, deviation = mean_and_deviation(signed_log(x))
            return FittedSignedLog(mean=mean, deviation=deviation)
        case NoScaling():
            return FittedNone()
        case _:
            assert_never(encoding)


def scale(fitted: FittedScaling, values: Numbers) -> Numbers:
    """The scaled values, float64 (n,). A quotient that overflows is infinite. The result has a NaN only where `values`
    has one."""
    x = cut(values)
    match fitted:
        case FittedMinMax():
            return _quotient(x - fitted.low, fitted.high - fitted.low)
        case FittedStandard():
            return _quotient(x - fitted.mean, fitted.deviation)
        case FittedRobust():
            z = np.clip(_quotient(x - fitted.median, fitted.scale), -ROBUST_CUT, ROBUST_CUT)
            smooth: Numbers = z / np.sqrt(1 + np.square(z / 3))
            return smooth
        case FittedQuantile():
            return _interpolated(fitted, x)
        case FittedSignedLog():
            return _quotient(signed_log(x) - fitted.mean, fitted.deviation)
        case FittedNone():
            return x
        case _:
            assert_never(fitted)


def cut(values: Numbers) -> Numbers:
    """The values, cut to ±10³⁰⁰."""
    return np.clip(values, -LARGEST, LARGEST)


def mean_and_deviation(x: Numbers) -> tuple[float, float]:
    """Mean and standard deviation (with 1/n) of at most 10⁸ values; the deviation is exactly 0 if all are equal.

    Before squaring, differences are scaled by a power of two, which is exact, so that squares neither overflow nor
    underflow.
    """
    mean = float(x.mean())
    if x.min() == x.max():
        return mean, 0.0
    difference = x - mean
    exponent = int(np.frexp(np.abs(difference).max())[1])
    squares = np.square(np.ldexp(difference, -exponent))
    return mean, float(np.ldexp(np.sqrt(squares.mean()), exponent))


def signed_log(x: Numbers) -> Numbers:
    """sign(x) · ln(1 + |x|), exact for small x as well: with u = 1 + |x|, ln(1 + |x|) = ln(u) · |x| / (u - 1).

    Only basic operations, which every runtime has. Source: Kahan, in Higham, Accuracy and Stability of Numerical
    Algorithms, 2nd edition, 2002, section 1.14.1.
    """
    size = np.abs(x)
    u = 1 + size
    rounded = u - 1
    return np.copysign(np.where(rounded == 0, size, np.log(u) * (size / np.where(rounded == 0, 1, rounded))), x)


def _fit_robust(x: Numbers) -> FittedRobust:
    """Source: Holzmüller et al., Better by default: strong pre-tuned MLPs and boosted trees on tabular data, 2024,
    section 3, robust scaling and smooth clipping."""
    first, median, third = np.quantile(x, (0.25, 0.5, 0.75))
    range_ = float(third - first) or float(x.max() - x.min()) / 2
    return FittedRobust(median=float(median), scale=range_)


def _fit_quantile(x: Numbers) -> FittedQuantile:
    """The knots are the quantiles i/255 of the training values. Their scores are Φ⁻¹(i/255), with 0 and 1 replaced by
    1/(2n) and 1 - 1/(2n), the ranks of the smallest and the largest of n values. Equal knots are merged into one, at
    the middle of their probabilities. With Φ⁻¹ as
    `sklearn.preprocessing.QuantileTransformer(output_distribution="normal")`."""
    probabilities = np.linspace(0, 1, KNOTS)
    knots, first, count = np.unique(np.quantile(x, probabilities), return_index=True, return_counts=True)
    if len(knots) == 1:
        return FittedQuantile(knots=(float(knots[0]),), scores=(0.0,))
    limited = np.clip(probabilities, 0.5 / len(x), 1 - 0.5 / len(x))
    middle = (limited[first] + limited[first + count - 1]) / 2
    scores = np.clip([NormalDist().inv_cdf(p) for p in middle], -LARGEST_SCORE, LARGEST_SCORE)
    return FittedQuantile(knots=tuple(knots.tolist()), scores=tuple(scores.tolist()))


def _interpolated(fitted: FittedQuantile, x: Numbers) -> Numbers:
    """s₀ + (s₁ - s₀) · t with t = (x - k₀) / (k₁ - k₀), cut to [0, 1], between the knots k₀ and k₁ around x."""
    if len(fitted.knots) == 1:
        return np.zeros_like(x)
    knots, scores = np.array(fitted.knots), np.array(fitted.scores)
    below = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    with np.errstate(over="ignore"):
        t = np.clip((x - knots[below]) / (knots[below + 1] - knots[below]), 0, 1)
    between: Numbers = scores[below] + (scores[below + 1] - scores[below]) * t
    return between


def _quotient(x: Numbers, divisor: float) -> Numbers:
    """x / divisor; 0 if the divisor is 0."""
    if divisor == 0:
        return np.zeros_like(x)
    with np.errstate(over="ignore"):
        return x / divisor
