"""How many examples are shuffled: fewer where a pass costs more, so that the processor time of an answer is bounded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.importance import SEED
from gradus.errors import Conflict, TooLarge
from gradus.spec.network import NetworkPlan
from worker.probing.sample import values

MOST_EXAMPLES = 10_000
LIMIT = 6e10
"""Maximum number of multiply-adds of all passes together: about three seconds on a slow core."""
USEFUL_EXAMPLES = 100
"""An answer from fewer of a larger split would tell little."""
FEWEST_EXAMPLES = 10
"""The smallest split: with fewer examples, that none differs shows nothing."""
FEWEST_REPEATS = 2
OF_A_PASS = 4e6
"""What a pass costs in multiply-adds, however few examples it has."""
OF_A_VALUE = 30
"""What a value of a layer costs beside the products that it is made of."""
OF_AN_EXAMPLE = 1600
"""What it costs to shuffle and score an example."""
OF_AN_OUTPUT = 180
"""What it costs to score one of its outputs."""


@dataclass(frozen=True)
class Passes:
    """The passes of an answer."""

    columns: int
    """Shuffled columns, and groups of columns that are shuffled together."""
    repeats: int
    networks: int

    @property
    def count(self) -> int:
        """All of them: one for each column, repeat and network, and one of each network with all columns."""
        return (self.columns * self.repeats + 1) * self.networks


def chosen(split: str, n: int, network: NetworkPlan, passes: Passes) -> NDArray[np.intp]:
    """The positions of the examples that are shuffled: all of the split's n, or as many random ones as there is time
    for. A function of the question alone.

    Raises:
        Conflict: the split has too few examples.
        TooLarge: the answer would take too long.
    """
    if n < FEWEST_EXAMPLES:
        raise Conflict(
            f"the {split} split has {n} examples: to tell anything, shuffling a column takes {FEWEST_EXAMPLES} or more",
            code="few_examples",
        )
    most = min(n, MOST_EXAMPLES, affordable(network, passes))
    if most < min(n, USEFUL_EXAMPLES):
        raise TooLarge(_advice(min(n, USEFUL_EXAMPLES), network, passes))
    if n == most:
        return np.arange(n)
    return np.sort(np.random.default_rng((SEED, n)).choice(n, most, replace=False))


def affordable(network: NetworkPlan, passes: Passes) -> int:
    """For how many examples there is time."""
    return max(0, int((LIMIT / passes.count - OF_A_PASS) / of_an_example(network)))


def of_an_example(network: NetworkPlan) -> float:
    """What an example of a pass costs, in multiply-adds. A convolution uses each of its weights at every place."""
    scoring = OF_AN_EXAMPLE + OF_AN_OUTPUT * network.outputs
    return network.multiply_adds + OF_A_VALUE * values(network) + scoring


def _advice(examples: int, network: NetworkPlan, passes: Passes) -> str:
    """What to ask instead: the first that is short enough of fewer repeats, one network, fewer columns."""
    most = int(LIMIT / (OF_A_PASS + of_an_example(network) * examples))  # passes
    told = f"{passes.count:,} passes of this network over {examples} examples take too long"
    repeats = (most // passes.networks - 1) // passes.columns
    if repeats >= FEWEST_REPEATS:
        return f"{told}: ask for `repeats={repeats}`"
    columns = (most // passes.networks - 1) // FEWEST_REPEATS
    if columns >= 1:
        return f"{told}: name at most {columns} `columns`, with `repeats={FEWEST_REPEATS}`"
    if passes.networks > 1 and most > FEWEST_REPEATS:
        return f"{told}: ask one of the experiments, for one of the `columns`, with `repeats={FEWEST_REPEATS}`"
    return f"{told}: this network is too large to be asked about its columns"
