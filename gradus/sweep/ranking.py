"""The order of a sweep's results: first how many of a change's runs succeeded, then how good they are.

A mean over survivors alone would favour the change whose bad runs failed. So changes are ranked by the share of their
runs that succeeded, and those of one share by their mean over the seeds that all of them have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import isfinite

from gradus.sweep.average import average
from gradus.sweep.objective import Objective


@dataclass(frozen=True)
class Standing:
    """What of a change is over. Runs that still go on, or were cancelled, say nothing of it."""

    values: Mapping[int, float]
    """By seed, of the runs that succeeded."""
    failed: int

    @property
    def share(self) -> Fraction:
        """Of its runs that are over, those that have a value."""
        return Fraction(len(self.values), len(self.values) + self.failed)


@dataclass(frozen=True)
class Rank:
    """A place in the order."""

    number: int
    """Which standing it is."""
    common_seeds: tuple[int, ...] = ()
    """The seeds for which every change of this share has a value."""
    common_mean: float | None = None
    """Over these."""


def ranked(standings: Sequence[Standing], objective: Objective) -> list[Rank]:
    """Best first; those without any value last, in their order."""
    valued = sorted((i for i, one in enumerate(standings) if one.values), key=lambda i: -standings[i].share)
    ranks: list[Rank] = []
    for _, tier in groupby(valued, key=lambda i: standings[i].share):
        ranks += _within({i: standings[i].values for i in tier}, objective)
    return ranks + [Rank(i) for i, one in enumerate(standings) if not one.values]


def _within(tier: Mapping[int, Mapping[int, float]], objective: Objective) -> list[Rank]:
    """Those of one share. Without a seed in common each value counts by its distance from the mean of its seed."""
    common = tuple(sorted(set.intersection(*(set(values) for values in tier.values()))))
    scores = {i: average(values[seed] for seed in common) for i, values in tier.items()} if common else _centred(tier)
    order = sorted(tier, key=lambda i: _key(scores[i], objective))
    return [Rank(i, common, scores[i] if common else None) for i in order]


def _centred(tier: Mapping[int, Mapping[int, float]]) -> dict[int, float]:
    seeds = {seed for values in tier.values() for seed in values}
    middle = {seed: average(values[seed] for values in tier.values() if seed in values) for seed in seeds}
    return {i: average(value - middle[seed] for seed, value in values.items()) for i, values in tier.items()}


def _key(score: float, objective: Objective) -> tuple[bool, float]:
    """What is not finite comes last."""
    return (False, objective.key(score)) if isfinite(score) else (True, 0.0)
