"""The rate of false alarms of sweeps whose changes have no effect: `python -m benchmarks.false_alarms`.

Every sweep has a base and seven changes that equal the base, so that each "better" and each "worse" is a false alarm.
All values are independent. So runs with the same seed have nothing in common, which is the hardest case for paired
comparisons.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from random import Random

from gradus.sweep.statistics import differences, paired
from gradus.wire.sweep import Difference

SWEEPS = 20_000
CHANGES = 7
SEEDS = (2, 3, 5, 10, 20)
MOST = 0.055
"""The highest rate of false alarms that passes: one in twenty, plus the sampling error of 20 000 draws."""
EFFECT = 3.0
"""Size of real effects, in standard deviations of a value."""

Values = dict[int, float]


@dataclass(frozen=True)
class Metric:
    """A simulated metric."""

    name: str
    draw: Callable[[Random], float]
    grain: float = 0.0


def examples(count: int, share: float, spread: float) -> Metric:
    """An accuracy measured on this number of examples."""
    name = f"accuracy on {count} examples, {share:.0%} ± {spread:.1%}"
    return Metric(name, lambda random: counted(random.gauss(share, spread), count), 1 / count)


def counted(value: float, count: int) -> float:
    """The nearest accuracy that is possible with this number of examples."""
    return round(min(1.0, max(0.0, value)) * count) / count


def student(random: Random, freedom: int) -> float:
    """Student's t, which has heavy tails."""
    return random.gauss(0, 1) / sqrt(random.gammavariate(freedom / 2, 2) / freedom)


METRICS = (
    Metric("loss, normal", lambda random: random.gauss(0.3, 0.01)),
    Metric("loss, log-normal", lambda random: exp(random.gauss(0, 1))),
    Metric("loss, Student's t of 3 degrees", lambda random: student(random, 3)),
    Metric("loss, Cauchy", lambda random: student(random, 1)),
    Metric("loss, one run in ten goes wrong", lambda random: random.gauss(2.3 if random.random() < 0.1 else 0.3, 0.01)),
    examples(14, 0.95, 0.03),
    examples(14, 0.93, 0.0),
    examples(143, 0.95, 0.003),
    examples(143, 0.95, 0.01),
    examples(5000, 0.98, 0.0005),
    examples(5000, 0.98, 0.002),
)


def sweep(random: Random, metric: Metric, seeds: int, effects: Sequence[float]) -> Sequence[Difference | None]:
    """The differences of a sweep whose changes have these effects."""
    base = values(random, metric, seeds, 0.0)
    return differences([paired(values(random, metric, seeds, one), base, metric.grain) for one in effects])


def values(random: Random, metric: Metric, seeds: int, effect: float) -> Values:
    """The values of one change, one for each seed."""
    return {seed: metric.draw(random) + effect for seed in range(seeds)}


def told(difference: Difference | None) -> bool:
    """Whether the difference is reported as better or worse."""
    return difference is not None and not difference.ci95[0] <= 0 <= difference.ci95[1]


def alarms(metric: Metric, seeds: int, sweeps: int, random: Random) -> float:
    """The fraction of sweeps with a false alarm."""
    return sum(any(map(told, sweep(random, metric, seeds, [0.0] * CHANGES))) for _ in range(sweeps)) / sweeps


def among_real(real: int, seeds: int, sweeps: int, random: Random) -> Mapping[str, float]:
    """For sweeps in which some changes have an effect: the fraction of sweeps with a false alarm, the fraction of
    intervals that miss their true difference, and the fraction of effects that are detected."""
    metric = Metric("normal", lambda one: one.gauss(0, 1))
    effects = [EFFECT] * real + [0.0] * (CHANGES - real)
    false = missed = seen = 0
    for _ in range(sweeps):
        found = sweep(random, metric, seeds, effects)
        false += any(told(one) for one in found[real:])
        missed += any(
            one is None or not one.ci95[0] <= true <= one.ci95[1] for one, true in zip(found, effects, strict=True)
        )
        seen += sum(map(told, found[:real]))
    return {"false alarms": false / sweeps, "off": missed / sweeps, "told": seen / sweeps / real}


def main(sweeps: int = SWEEPS) -> int:
    """Print the tables; returns 1 if any false alarm rate is too high."""
    random = Random(0)  # noqa: S311
    print(f"{sweeps:,} sweeps of {CHANGES} changes that change nothing: any called better or worse\n")
    print(f"| metric | {' | '.join(f'{seeds} seeds' for seeds in SEEDS)} |\n|---|{'---|' * len(SEEDS)}")
    worst = 0.0
    for metric in METRICS:
        shares = [alarms(metric, seeds, sweeps, random) for seeds in SEEDS]
        worst = max(worst, *shares)
        print(f"| {metric.name} | {' | '.join(f'{share:.2%}' for share in shares)} |", flush=True)
    print(f"\nSome changes do something: {EFFECT:g} standard deviations\n")
    print("| of 7 | seeds | false alarms | an interval off | told |\n|---|---|---|---|---|")
    for real in (1, 3, 6):
        for seeds in (3, 5, 10):
            found = among_real(real, seeds, sweeps, random)
            worst = max(worst, found["false alarms"], found["off"])
            print(f"| {real} | {seeds} | {' | '.join(f'{share:.2%}' for share in found.values())} |", flush=True)
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
