"""Trainings with and without a change, paired by seed, that stop when the answer is known.

The differences are looked at after 3 pairs, and then after each two more. A confidence interval that is looked at k
times misses the truth up to k times as often. So each look uses the level 1 - 0.05/k: the whole then misses it in at
most 5 % of cases (Bonferroni), wherever it stops.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradus.sweep.statistics import LEVEL, paired

FIRST, NEXT = 3, 2
"""Pairs of the first stage, and of each later one."""


@dataclass(frozen=True)
class Decision:
    """What is known after a stage."""

    gain: float | None
    """Mean of value minus base, in the direction of the goal; None if it cannot be computed."""
    ci95: tuple[float, float] | None
    pairs: int
    decided: bool
    """Whether more pairs are not needed."""


def stages(seeds: int) -> Sequence[int]:
    """The number of pairs at the end of each stage: of 6 seeds, 3, 5 and 6."""
    return [*range(FIRST, seeds, NEXT), seeds]


def decide(
    values: Mapping[int, float | None],
    base: Mapping[int, float | None],
    order: Sequence[int],
    *,
    maximize: bool,
    guess: float | None = None,
    grain: float = 0.0,
) -> Decision:
    """The decision after the last stage of which all pairs are over, or the first that decides.

    values, base: by seed, for the trainings that are over; None for one that failed.
    order: all planned seeds, in the order in which they train.
    guess: the value of a network that knows nothing, which a failed training counts as; None if that has no bound.
    """
    decision = Decision(None, None, 0, decided=False)
    looks = stages(len(order))
    for pairs in looks:
        seeds = order[:pairs]
        if not all(seed in values and seed in base for seed in seeds):
            break
        decision = _look(seeds, values, base, 1 - (1 - LEVEL) / len(looks), guess, grain, 1 if maximize else -1)
        if decision.decided:
            break
    return decision


def _look(
    seeds: Sequence[int],
    values: Mapping[int, float | None],
    base: Mapping[int, float | None],
    level: float,
    guess: float | None,
    grain: float,
    sign: int,
) -> Decision:
    ours, theirs = (_known(one, seeds, guess) for one in (values, base))
    estimate = paired(ours, theirs, grain)
    cured = all(base[seed] is None for seed in seeds) and all(values[seed] is not None for seed in seeds)
    if estimate is None:
        both = [ours[seed] - theirs[seed] for seed in seeds if seed in ours and seed in theirs]
        return Decision(sign * sum(both) / len(both) if both else None, None, len(seeds), decided=cured)
    half = estimate.half(level)
    low, high = sorted((sign * (estimate.mean - half), sign * (estimate.mean + half)))
    return Decision(sign * estimate.mean, (low, high), len(seeds), decided=cured or low > 0 or high < 0)


def _known(values: Mapping[int, float | None], seeds: Sequence[int], guess: float | None) -> dict[int, float]:
    both = {seed: guess if values[seed] is None else values[seed] for seed in seeds}
    return {seed: value for seed, value in both.items() if value is not None}
