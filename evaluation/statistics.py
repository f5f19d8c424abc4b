"""Metrics as functions of the weights of examples.

A statistic is first prepared for some of the examples, in order. It is then computed for many rows of weights (draws,
m) at once: a row of ones gives the metric itself, and rows that count draws with replacement give the bootstrap.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Floats, Integers

Chosen = NDArray[np.intp]
Prepared = Callable[[Floats], Floats]
"""Maps weights (draws, m) to the statistic's values (draws,)."""
Statistic = Callable[[Chosen], Prepared]
"""Prepares the statistic for the examples at these positions, (m,)."""


def value(statistic: Statistic, n: int) -> float:
    """The statistic of n examples, each with weight 1."""
    return float(statistic(np.arange(n))(np.ones((1, n)))[0])


def mean(values: Floats, weights: Floats | None = None) -> Statistic:
    """Mean of the values (n,), weighted by `weights` (n,)."""
    own = np.ones_like(values) if weights is None else weights

    def prepare(chosen: Chosen) -> Prepared:
        weight = own[chosen]
        total = values[chosen] * weight
        return lambda counts: _ratio(counts @ total, counts @ weight)

    return prepare


def of(function: Callable[..., Floats], *statistics: Statistic) -> Statistic:
    """A function of the values of other statistics."""

    def prepare(chosen: Chosen) -> Prepared:
        prepared = [statistic(chosen) for statistic in statistics]
        return lambda counts: function(*(one(counts) for one in prepared))

    return prepare


def macro(statistics: Sequence[Statistic]) -> Statistic:
    """The mean of the statistics that are defined; undefined if none is."""

    def prepare(chosen: Chosen) -> Prepared:
        prepared = [statistic(chosen) for statistic in statistics]

        def average(counts: Floats) -> Floats:
            total, known = np.zeros(len(counts)), np.zeros(len(counts))
            for one in prepared:
                found = one(counts)
                is_known = ~np.isnan(found)
                total += np.where(is_known, found, 0.0)
                known += is_known
            return _ratio(total, known)

        return average

    return prepare


def mean_of_groups(values: Floats, groups: Integers) -> Statistic:
    """The mean over the groups of each group's mean value; `values` and `groups` are (n,). Groups without weight do not
    count."""

    def prepare(chosen: Chosen) -> Prepared:
        order = np.argsort(groups[chosen], kind="stable")
        value, group = values[chosen][order], groups[chosen][order]
        starts = np.flatnonzero(np.diff(group, prepend=group[:1] - 1))

        def means(counts: Floats) -> Floats:
            if not len(order):
                return np.full(len(counts), np.nan)
            weight = counts[:, order]
            below = np.add.reduceat(weight, starts, axis=1)
            each = _ratio(np.add.reduceat(weight * value, starts, axis=1), below)
            known = below > 0
            return _ratio(np.where(known, each, 0.0).sum(axis=1), known.sum(axis=1))

        return means

    return prepare


def ratio(parts: Floats, whole: Floats) -> Statistic:
    """Σ parts / Σ whole, both (n,); undefined where the whole is 0."""

    def prepare(chosen: Chosen) -> Prepared:
        above, below = parts[chosen], whole[chosen]
        return lambda counts: _ratio(counts @ above, counts @ below)

    return prepare


def binned_gap(gaps: Floats, bins: NDArray[np.intp], number: int) -> Statistic:
    """Σ over the bins of |Σ gaps in the bin| / n. It is the calibration error if the gaps are those between confidence
    and truth."""

    def prepare(chosen: Chosen) -> Prepared:
        table = np.zeros((len(chosen), number))
        table[np.arange(len(chosen)), bins[chosen]] = gaps[chosen]
        return lambda counts: _ratio(np.abs(counts @ table).sum(axis=1), counts.sum(axis=1))

    return prepare


def median(values: Floats) -> Statistic:
    """The median of the values (n,); the mean of the middle two if their number is even."""

    def prepare(chosen: Chosen) -> Prepared:
        order = np.argsort(values[chosen], kind="stable")
        ordered = values[chosen][order]

        def medians(counts: Floats) -> Floats:
            if not len(order):
                return np.full(len(counts), np.nan)
            below = counts[:, order].cumsum(axis=1)
            n = below[:, -1]
            middles = [_at_rank(ordered, below, np.floor((n + i) / 2)) for i in (1, 2)]
            result: Floats = (middles[0] + middles[1]) / 2
            return result

        return medians

    return prepare


def _at_rank(ordered: Floats, below: Floats, rank: Floats) -> Floats:
    """The value with this rank, counted from 1, in each draw."""
    places = (below < rank[:, None]).sum(axis=1)
    result: Floats = ordered[np.minimum(places, len(ordered) - 1)]
    return result


def _ratio(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
