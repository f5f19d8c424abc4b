"""Trainings with and without a change, paired by seed, that stop when the answer is known.

The differences are tested after 3 pairs, and then after every 2 further pairs. A confidence interval that is tested k
times misses the true value up to k times as often. So each test uses the level 1 - 0.05/k: the whole procedure then
misses it in at most 5 % of cases (Bonferroni), wherever it stops.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from gradus.sweep.statistics import LEVEL, paired

FIRST, NEXT = 3, 2
"""Pairs of the first stage, and of each later one."""


@dataclass(frozen=True)
class Decision:
    """The result after a stage."""

    gain: float | None
    """Mean of value minus base, in the direction of the goal; None if it cannot be computed."""
    ci95: tuple[float, float] | None
    pairs: int
    """Pairs that were compared."""
    decided: bool
    """Whether the question is decided, so that no more pairs are needed."""
    over: bool = False
    """Whether all planned pairs have been compared."""


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
    void: Collection[int] = (),
) -> Decision:
    """The decision after the first decisive stage; if there is none, after the last stage whose pairs have all ended.

    values, base: the values by seed, for the trainings that have ended; None for a training that diverged.
    order: all planned seeds, in the order in which they train.
    guess: the value of a network that has learned nothing, which is used for a diverged training; None if it has no
        bound.
    void: seeds for which a training was lost; later seeds take their places. The level stays that of all planned tests.
    """
    usable = [seed for seed in order if seed not in void]
    looks = stages(len(order))
    level, sign = 1 - (1 - LEVEL) / len(looks), 1 if maximize else -1
    decision = Decision(None, None, 0, decided=False, over=not usable)
    for pairs in looks:
        seeds = usable[:pairs]
        if not seeds or not all(seed in values and seed in base for seed in seeds):
            break
        decision = replace(_look(seeds, values, base, level, guess, grain, sign), over=len(seeds) == len(usable))
        if decision.decided or decision.over:
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
    """The decision for these seeds. A diverged training has the value `guess`; if that is None, it has no value, and
    the following holds. If all trainings diverge with the change and none without it, or vice versa, that decides. If
    only some diverge with the change, the gain is unknown, because the mean of the others would favor the change. Pairs
    that diverge without the change are left out, to the change's disadvantage."""
    cured, harmed = _diverge(base, values, seeds), _diverge(values, base, seeds)
    is_decided = len(seeds) in {cured, harmed}
    if guess is None and harmed:
        return Decision(None, None, len(seeds), decided=is_decided)
    ours, theirs = (_known(one, seeds, guess) for one in (values, base))
    both = [sign * (ours[seed] - theirs[seed]) for seed in seeds if seed in ours and seed in theirs]
    compared = len(both) or len(seeds)
    estimate = paired(ours, theirs, grain)
    if estimate is None:
        return Decision(sum(both) / len(both) if both else None, None, compared, decided=is_decided)
    half = estimate.half(level)
    low, high = sorted((sign * estimate.mean - half, sign * estimate.mean + half))
    return Decision(sign * estimate.mean, (low, high), compared, decided=is_decided or low > 0 or high < 0)


def _diverge(one: Mapping[int, float | None], other: Mapping[int, float | None], seeds: Sequence[int]) -> int:
    """The number of pairs in which only the first training diverged."""
    return sum(one[seed] is None and other[seed] is not None for seed in seeds)


def _known(values: Mapping[int, float | None], seeds: Sequence[int], guess: float | None) -> dict[int, float]:
    both = {seed: guess if values[seed] is None else values[seed] for seed in seeds}
    return {seed: value for seed, value in both.items() if value is not None}
