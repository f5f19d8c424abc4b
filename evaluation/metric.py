"""Metrics with intervals and baselines, from statistics and shares."""

from collections.abc import Mapping
from dataclasses import dataclass

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
    """Whether each example counts, (n,)."""
    baseline: float | None = None


@dataclass(frozen=True, eq=False)
class Bootstrapped:
    """A statistic, whose interval is bootstrapped."""

    statistic: Statistic
    baseline: float | None = None
    columns: int = 1
    """Number of outputs that a draw ranks: its cost grows with them, so that it draws from fewer examples."""

    @property
    def most_examples(self) -> int:
        """Examples that are drawn from."""
        return int(np.clip(2 * MOST_EXAMPLES // max(self.columns, 1), 1000, MOST_EXAMPLES))


Measure = Share | Bootstrapped


def averaged(values: Floats, weights: Floats | None, of_constant: Floats) -> Bootstrapped:
    """The mean of the values (n,), weighted, with that of a constant prediction's values as its baseline."""
    baseline = value(mean(of_constant, weights), len(values)) if len(values) else None
    return Bootstrapped(mean(values, weights), baseline)


def metrics(measures: Mapping[str, Measure], n: int, target: str | None = None) -> list[Metric]:
    """The metrics of n examples, in order."""
    drawn = {name: one for name, one in measures.items() if isinstance(one, Bootstrapped)}
    found: dict[str, Interval] = {}
    for most in {one.most_examples for one in drawn.values()}:
        found |= intervals({name: one.statistic for name, one in drawn.items() if one.most_examples == most}, n, most)
    return [_metric(name, one, n, target, found.get(name)) for name, one in measures.items()]


def _metric(name: str, measure: Measure, n: int, target: str | None, bootstrapped: Interval | None) -> Metric:
    if isinstance(measure, Share):
        hits = float(measure.hits.sum())
        number, ci95 = hits / n if n else float("nan"), wilson(hits, n)
    else:
        assert bootstrapped is not None
        number, ci95 = value(measure.statistic, n), bootstrapped
    return Metric(name=name, target=target, value=number, ci95=ci95, baseline=measure.baseline)
