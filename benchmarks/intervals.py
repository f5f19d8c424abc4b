"""How often the intervals of an evaluation contain the true value: `python -m benchmarks.intervals [--samples N]`.

Samples are drawn from distributions whose true metrics are known from two million draws. The intervals of n samples
should contain the true value in 95 % of the samples, plus or minus twice √(0.95 · 0.05 / n).
"""

import argparse
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.report import header, table
from evaluation.classification import classification
from evaluation.conformal import LEVELS, sets
from evaluation.examples import Examples
from evaluation.regression import regression
from evaluation.sections import Asked
from gradus.wire.evaluation import Metric

LARGE = 2_000_000
"""Number of examples whose metrics count as the true ones."""
SIZES = 100, 1000, 20_000
CLASSES = 3


def classes(n: int, seed: int) -> Examples:
    random = np.random.default_rng(seed)
    targets = random.integers(0, CLASSES, n)
    return Examples(random.normal(size=(n, CLASSES)) + 1.5 * np.eye(CLASSES)[targets], targets, np.arange(n))


def numbers(n: int, seed: int) -> Examples:
    random = np.random.default_rng(seed)
    targets = random.gamma(2.0, size=(n, 1))
    return Examples(targets + random.standard_t(6, size=(n, 1)), targets, np.arange(n))


def metrics(examples: Examples) -> dict[str, Metric]:
    units = examples.outputs.shape[1]
    asked = Asked(
        examples,
        None,
        is_validation=False,
        names=[str(i) for i in range(units)],
        constant=np.zeros(units),
        medians=np.zeros(units),
    )
    found = classification(asked) if units > 1 else regression(asked)
    return {one.name: one for one in found.metrics if one.ci95 is not None}


def coverage(draw: Callable[[int, int], Examples], samples: int) -> Iterator[tuple[str, str, str]]:
    """A row for each metric and size. The largest size has fewer samples, because each takes seconds."""
    truth = {name: one.value for name, one in metrics(draw(LARGE, 10**9)).items()}
    for n in SIZES:
        held, number = dict.fromkeys(truth, 0), samples if n < SIZES[-1] else samples // 8
        for seed in range(number):
            for name, one in metrics(draw(n, seed)).items():
                assert one.ci95 is not None, "by `metrics`"
                held[name] += one.ci95[0] <= truth[name] <= one.ci95[1]
        for name, count in held.items():
            yield name, f"{n:,}", f"{count / number:.1%}"


def conformal(samples: int) -> Iterator[tuple[str, str, str]]:
    covered: dict[float, list[float]] = {level: [] for level in LEVELS}
    for seed in range(samples):
        whole = classes(1000, seed)
        first, second = np.split(np.random.default_rng(seed).permutation(1000), 2)
        for one in sets(whole.taken(first), whole.taken(second)):
            covered[one.level].append(one.coverage)
    for level, found in covered.items():
        yield f"{level:.0%}", f"{np.mean(found):.2%}", f"{min(found):.1%} to {max(found):.1%}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--samples", type=int, default=400)
    samples = options.parse_args().samples
    print(
        header("Intervals of evaluations", ("numpy",), [f"{samples} samples of each size, an eighth of them of 20 000"])
    )
    rows = [row for draw in (classes, numbers) for row in coverage(draw, samples)]
    print(table(("metric", "n", "intervals that hold the truth"), rows))
    print(table(("level", "mean coverage of sets, 500 and 500 examples", "least to largest"), conformal(samples)))


if __name__ == "__main__":
    main()
