"""Whether the learning rates that a probe suggests hold the best of twelve, on random networks."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.insight.cases import Source
from benchmarks.insight.runs import Runs

NETWORKS = 30
RATES = tuple(float(f"{10 ** (-5 + i * 0.5):.3g}") for i in range(12))
"""From 1e-5 to 3.16, a factor of 3.16 apart."""
SEEDS = (0, 1)
CLOSE = 1.0
"""Points from the best within which a rate is as good: the best of twelve is often one of several equals."""


@dataclass(frozen=True)
class Trial:
    """A network, its best rate of twelve, and those that are as good."""

    source: Source
    best: tuple[float, ...]
    """Several if they are equal, as is frequent with few test examples."""
    close: tuple[float, ...]


def networks(names: Sequence[str]) -> Iterator[Source]:
    """Random networks on these data sets, always the same."""
    draws = random.Random("networks")  # noqa: S311
    for i in range(NETWORKS):
        name = names[i % len(names)]
        depth = draws.choice((0, 1, 1, 2, 3, 4))
        size = {"limit": 2000, "validation_size": 500} if "mnist" in name else {}
        yield Source(
            {
                "dataset": {"name": name, **size},
                "layers": [draws.choice((16, 32, 64, 100))] * depth,
                "activation": draws.choice(
                    ("relu", "relu", "tanh", "elu", "sigmoid") if depth < 3 else ("relu", "tanh")
                ),
                "batch_norm": draws.random() < 0.25,
                "optimizer": {"kind": draws.choice(("sgd", "momentum", "adam", "rmsprop"))},
                "batch_size": draws.choice((16, 32, 64)),
                "epochs": draws.choice((5, 10, 20)),
            }
        )


def trial(source: Source, runs: Runs) -> Trial:
    """Train the network at each of the rates."""
    scores = runs.all_scores([source.patched({"optimizer": {"lr": lr}}) for lr in RATES], SEEDS)
    points = [sum(one.points for one in found) / len(found) for found in scores]
    best = max(points)
    equal, close = (
        tuple(lr for lr, one in zip(RATES, points, strict=True) if one >= best - less) for less in (1e-9, CLOSE)
    )
    return Trial(source, equal, close)
