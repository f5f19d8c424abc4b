"""Split-conformal prediction: sets and intervals that contain the truth with a given probability, whatever the network.

Source: Angelopoulos and Bates, A gentle introduction to conformal prediction (2021), sections 1 and 2.3.
"""

from collections.abc import Sequence
from math import ceil, inf

import numpy as np

from evaluation.examples import Examples, Floats, of_class
from evaluation.logits import softmax
from evaluation.wilson import wilson
from gradus.wire.evaluation import Conformal

LEVELS = 0.8, 0.9, 0.95


def quantile(scores: Floats, level: float) -> float:
    """The ⌈(n + 1) level⌉-th smallest of n scores. A new score from the same distribution is at most that with a
    probability of at least `level`. Infinite with too few scores."""
    rank = ceil((len(scores) + 1) * level - 1e-9)
    return float(np.partition(scores, rank - 1)[rank - 1]) if 1 <= rank <= len(scores) else inf


def half_widths(errors: Floats, levels: Sequence[float]) -> list[float]:
    """The conformal quantile of n absolute errors for each level: half the width of an interval."""
    ranked = np.append(np.sort(errors), inf)
    ranks = [ceil((len(errors) + 1) * level - 1e-9) for level in levels]
    found: list[float] = ranked[np.minimum(ranks, len(ranked)) - 1].tolist()
    return found


def sets(validation: Examples, examples: Examples) -> tuple[Conformal, ...]:
    """Sets of the classes whose probability is large enough; empty without examples, as the mean size of their sets is
    undefined."""
    if not len(examples):
        return ()
    scores = 1.0 - softmax(validation.outputs)
    given = of_class(scores, validation.targets.astype(np.int64))
    tested = 1.0 - softmax(examples.outputs)
    found = []
    for level in LEVELS:
        limit = quantile(given, level)
        sizes = (tested <= limit).sum(axis=1)
        held = float((of_class(tested, examples.targets.astype(np.int64)) <= limit).sum())
        found.append(_conformal(level, limit, held, len(examples), float(sizes.mean()), float((sizes == 0).mean())))
    return tuple(found)


def intervals(validation: Examples, examples: Examples, names: Sequence[str]) -> tuple[Conformal, ...]:
    """Intervals around the predictions of each target, with the same width for all examples."""
    errors, tested = (np.abs(one.outputs - one.targets) for one in (validation, examples))
    found = []
    for column, name in enumerate(names):
        for level in LEVELS:
            limit = quantile(errors[:, column], level)
            held = float((tested[:, column] <= limit).sum())
            one = _conformal(level, limit, held, len(examples), 2 * limit, 0.0)
            found.append(one.model_copy(update={"target": name}))
    return tuple(found)


def _conformal(level: float, limit: float, held: float, n: int, size: float, empty: float) -> Conformal:
    share = held / n if n else float("nan")
    return Conformal(level=level, coverage=share, ci95=wilson(held, n), quantile=limit, size=size, empty=empty)
