"""Ranks the changes of a sweep, first by the fraction of their runs that succeeded, then by their results.

A mean over successful runs alone would favor changes whose bad runs failed. So changes are ranked by the fraction of
successful runs, and changes with the same fraction by their mean over the seeds that they have in common.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import isfinite

from gradus.sweep.average import average
from gradus.sweep.objective import Objective


@dataclass(frozen=True)
class ChangeOutcome:
    """The runs of a change that succeeded or failed. Running and cancelled runs do not count."""

    values: Mapping[int, float]
    """Values by seed of the runs that succeeded."""
    failed: int

    @property
    def share(self) -> Fraction:
        """The fraction of runs that succeeded."""
        return Fraction(len(self.values), len(self.values) + self.failed)


@dataclass(frozen=True)
class Rank:
    """A change in the ranking."""

    number: int
    """Index of the change's outcome."""
    common_seeds: tuple[int, ...] = ()
    """The seeds for which every change with the same success fraction has a value."""
    common_mean: float | None = None
    """Mean over the common seeds."""


def ranked(outcomes: Sequence[ChangeOutcome], objective: Objective) -> list[Rank]:
    """The ranking, best first; changes without any value come last, in their order."""
    valued = sorted((i for i, one in enumerate(outcomes) if one.values), key=lambda i: -outcomes[i].share)
    ranks: list[Rank] = []
    for _, tier in groupby(valued, key=lambda i: outcomes[i].share):
        ranks += _within({i: outcomes[i].values for i in tier}, objective)
    return ranks + [Rank(i) for i, one in enumerate(outcomes) if not one.values]


def _within(tier: Mapping[int, Mapping[int, float]], objective: Objective) -> list[Rank]:
    """Rank changes with the same success fraction. Without common seeds, each value counts as its difference from the
    mean of its seed."""
    common = tuple(sorted(set.intersection(*(set(values) for values in tier.values()))))
    scores = {i: average(values[seed] for seed in common) for i, values in tier.items()} if common else _centred(tier)
    order = sorted(tier, key=lambda i: _key(scores[i], objective))
    return [Rank(i, common, scores[i] if common else None) for i in order]


def _centred(tier: Mapping[int, Mapping[int, float]]) -> dict[int, float]:
    seeds = {seed for values in tier.values() for seed in values}
    middle = {seed: average(values[seed] for values in tier.values() if seed in values) for seed in seeds}
    return {i: average(value - middle[seed] for seed, value in values.items()) for i, values in tier.items()}


def _key(score: float, objective: Objective) -> tuple[bool, float]:
    """Sort non-finite scores last."""
    return (False, objective.key(score)) if isfinite(score) else (True, 0.0)
