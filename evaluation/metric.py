"""Metrics with intervals and baselines, from statistics and shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isnan, nan
from typing import assert_never

import numpy as np

from evaluation.bootstrap import MOST_EXAMPLES, intervals
from evaluation.examples import Floats
from evaluation.statistics import Statistic, mean, value
from evaluation.wilson import Interval, wilson
from gradus.wire.evaluation import Metric


@dataclass(frozen=True, eq=False)
class Share:
    """A share of examples, whose interval is Wilson's."""

    hits: Floats
    """1 for each example that counts, else 0, (n,)."""
    baseline: float | None = None


@dataclass(frozen=True, eq=False)
class Bootstrapped:
    """A statistic, whose interval is bootstrapped."""

    statistic: Statistic
    baseline: float | None = None
    least: float = 0.0
    most: float = inf
    """Bounds of the statistic and of its interval, which could exceed them if samples are drawn from some of the
    examples."""
    columns: int = 1
    """Number of outputs that a bootstrap sample ranks. Its cost grows with them, so samples are drawn from fewer
    examples."""

    @property
    def most_examples(self) -> int:
        """The number of examples that samples are drawn from, at most."""
        return int(np.clip(2 * MOST_EXAMPLES // max(self.columns, 1), 1000, MOST_EXAMPLES))


@dataclass(frozen=True)
class Plain:
    """A value without an interval."""

    value: float
    baseline: float | None = None


Measure = Share | Bootstrapped | Plain


def averaged(values: Floats, weights: Floats | None, of_constant: Floats) -> Bootstrapped:
    """The weighted mean of the values (n,). Its baseline is the mean of a constant prediction's values."""
    baseline = value(mean(of_constant, weights), len(values)) if len(values) else None
    return Bootstrapped(mean(values, weights), baseline)


def average(values: Sequence[float]) -> float:
    """The mean of the values that are not NaN; NaN if there are none."""
    known = [one for one in values if not isnan(one)]
    return sum(known) / len(known) if known else nan


def metrics(measures: Mapping[str, Measure], n: int, target: str | None = None) -> list[Metric]:
    """The metrics of n examples, in the order of `measures`."""
    drawn = {name: one for name, one in measures.items() if isinstance(one, Bootstrapped)}
    found: dict[str, Interval] = {}
    for most in {one.most_examples for one in drawn.values()}:
        found |= intervals({name: one.statistic for name, one in drawn.items() if one.most_examples == most}, n, most)
    return [_metric(name, one, n, target, found.get(name)) for name, one in measures.items()]


def _metric(name: str, measure: Measure, n: int, target: str | None, drawn: Interval | None) -> Metric:
    match measure:
        case Plain():
            return Metric(name=name, target=target, value=measure.value, baseline=measure.baseline)
        case Share():
            hits = float(measure.hits.sum())
            number, ci95 = hits / n if n else nan, wilson(hits, n)
        case Bootstrapped():
            assert drawn is not None
            number, ci95 = value(measure.statistic, n), _within(drawn, measure)
        case _:
            assert_never(measure)
    return Metric(name=name, target=target, value=number, ci95=ci95, baseline=measure.baseline)


def _within(drawn: Interval, measure: Bootstrapped) -> Interval:
    low, high = (float(np.clip(end, measure.least, measure.most)) for end in drawn)
    return low, high
