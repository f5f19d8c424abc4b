"""The groups of examples that a network predicts worse than all others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FEWEST = 20
"""Least number of examples in a group, and outside it, for a comparison."""
LEVEL = 0.05
"""Probability that any group is listed although all are predicted equally well."""

IsWorse = Callable[[NDArray[np.bool_], bool], bool]
"""Whether the scores of the chosen examples are worse than chance explains; the second argument says whether scores are
errors."""


@dataclass(frozen=True)
class WorseGroup:
    """A group of examples with one value of a column."""

    column: str
    value: str | None
    """The value; None for examples in which it is missing."""
    n: int
    score: float
    """Mean score of the group."""
    others: float
    """Mean score of all other examples."""


@dataclass(frozen=True)
class Comparison:
    """How much was compared, and the groups that are worse, the largest difference first."""

    examples: int
    columns: int
    groups: int
    worse: tuple[WorseGroup, ...]


def compare(scores: NDArray[np.float64], values: Mapping[str, Sequence[str | None]], *, is_error: bool) -> Comparison:
    """Compare the mean score (n,) of each group with that of all other examples, one-sided, at `LEVEL` over all groups
    together (Bonferroni). `values` are the values of each column; with `is_error`, larger scores are worse.

    Scores of 0 and 1 are compared by the exact tail of the hypergeometric distribution, others by the normal
    distribution with the variance and the skewness of all scores: a small group may have no variance of its own by
    chance.

    Source: Fisher, The logic of inductive inference, 1935.
    """
    groups = [
        (column, value, chosen)
        for column, own in values.items()
        for value, chosen in _chosen(own)
        if min(chosen.sum(), len(chosen) - chosen.sum()) >= FEWEST
    ]
    level = LEVEL / max(1, len(groups))
    test = _hypergeometric if np.isin(scores, (0.0, 1.0)).all() else _normal
    is_worse = test(scores, level)
    worse = [
        WorseGroup(column, value, int(chosen.sum()), float(scores[chosen].mean()), float(scores[~chosen].mean()))
        for column, value, chosen in groups
        if is_worse(chosen, is_error)
    ]
    listed = sorted(worse, key=lambda one: -abs(one.score - one.others))
    return Comparison(len(scores), len({column for column, _, _ in groups}), len(groups), tuple(listed))


def _chosen(values: Sequence[str | None]) -> list[tuple[str | None, NDArray[np.bool_]]]:
    own = np.array(values, dtype=object)
    return [(value, own == value) for value in sorted(set(values), key=lambda one: (one is None, one or ""))]


def _hypergeometric(scores: NDArray[np.float64], level: float) -> IsWorse:
    """A test of the number of ones among the chosen scores, where all scores are 0 or 1. Its null hypothesis is that
    the chosen examples were drawn at random from all."""
    n, ones = len(scores), int(scores.sum())
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])

    def choices(of: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(factorials[of] - factorials[k] - factorials[of - k])

    def is_worse(chosen: NDArray[np.bool_], is_error: bool) -> bool:
        size, own = int(chosen.sum()), int(scores[chosen].sum())
        least, most = max(0, size - (n - ones)), min(size, ones)
        k = np.arange(own, most + 1) if is_error else np.arange(least, own + 1)
        logarithms = choices(ones, k) + choices(n - ones, size - k) - choices(n, np.array([size]))
        return float(np.exp(logarithms).sum()) <= level

    return is_worse


def _normal(scores: NDArray[np.float64], level: float) -> IsWorse:
    """A test of the mean of the chosen scores, for scores of any kind.

    Source: Cornish and Fisher, Moments and cumulants in the specification of distributions, 1938.
    """
    n, deviation = len(scores), float(scores.std())
    skewness = float((((scores - scores.mean()) / deviation) ** 3).mean()) if deviation > 0 else 0.0
    z = NormalDist().inv_cdf(1 - level)

    def is_worse(chosen: NDArray[np.bool_], is_error: bool) -> bool:
        sign, size = 1 if is_error else -1, int(chosen.sum())
        lost = sign * float(scores[chosen].mean() - scores.mean())
        drawn = size / n
        skewed = sign * skewness * (1 - 2 * drawn) / sqrt(size * (1 - drawn))
        limit = max(0.0, z + skewed * (z**2 - 1) / 6)
        return lost > limit * deviation * sqrt((1 - drawn) / size)

    return is_worse
