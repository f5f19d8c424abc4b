"""The groups of examples that a network serves worse than all others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FEWEST = 20
"""Examples of a group, and of all others, that are compared."""
LEVEL = 0.05
"""Probability that any group is listed if all are served alike."""


@dataclass(frozen=True)
class WorseGroup:
    """A group of examples with one value of a column."""

    column: str
    value: str | None
    """None where it is missing."""
    n: int
    score: float
    """Mean over the group."""
    others: float
    """Mean over all other examples."""


@dataclass(frozen=True)
class Comparison:
    """The groups that were compared, and those that are worse, by the largest difference."""

    examples: int
    columns: int
    groups: int
    worse: tuple[WorseGroup, ...]


def compare(scores: NDArray[np.float64], values: Mapping[str, Sequence[str | None]], *, is_error: bool) -> Comparison:
    """Compare the mean score (n,) of each group with that of all other examples, one-sided, by Welch's statistic and
    the normal distribution, at `LEVEL` over all groups together (Bonferroni). `values` are those of each column;
    errors are worse if they are larger.

    Source: Welch, The generalization of Student's problem when several different population variances are involved,
    1947.
    """
    groups = [
        (column, value, chosen)
        for column, own in values.items()
        for value, chosen in _chosen(own)
        if min(chosen.sum(), len(chosen) - chosen.sum()) >= FEWEST
    ]
    limit = NormalDist().inv_cdf(1 - LEVEL / len(groups)) if groups else 0.0
    worse = [_worse(scores, column, value, chosen, limit, is_error=is_error) for column, value, chosen in groups]
    listed = sorted((one for one in worse if one is not None), key=lambda one: -abs(one.score - one.others))
    return Comparison(len(scores), len({column for column, _, _ in groups}), len(groups), tuple(listed))


def _chosen(values: Sequence[str | None]) -> list[tuple[str | None, NDArray[np.bool_]]]:
    own = np.array(values, dtype=object)
    return [(value, own == value) for value in sorted(set(values), key=lambda one: (one is None, one or ""))]


def _worse(
    scores: NDArray[np.float64],
    column: str,
    value: str | None,
    chosen: NDArray[np.bool_],
    limit: float,
    *,
    is_error: bool,
) -> WorseGroup | None:
    own, others = scores[chosen], scores[~chosen]
    lost = float(own.mean() - others.mean()) * (1 if is_error else -1)
    deviation = sqrt(own.var() / len(own) + others.var() / len(others))
    if lost <= 0 or lost <= limit * deviation:
        return None
    return WorseGroup(column, value, len(own), float(own.mean()), float(others.mean()))
