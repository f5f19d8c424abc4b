"""Whether the learning rates that a probe suggests include the best of twelve, on random networks."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from math import log10

from benchmarks.insight.cases import Half, Source
from benchmarks.insight.runs import Runs
from benchmarks.insight.tables import READ
from gradus.wire.probe import ProbedStep

NETWORKS = 30
RATES = tuple(float(f"{10 ** (-5 + i * 0.5):.3g}") for i in range(12))
"""From 1e-5 to 3.16, a factor of 3.16 apart."""
SEEDS = (1, 2, 3)
"""The seeds of the twelve trainings; the probe's seed is 0, another one."""
DRAWS: dict[Half, str] = {
    "calibration": "tuning",
    "held_out": "judged once",
    "second_held_out": "judged again",
    "third_held_out": "judged once more",
    "fourth_held_out": "judged for the fourth time",
}
"""The text from which the random networks of a half are drawn."""
DATASETS = (
    *("wine", "breast_cancer", "diabetes", "digits", "titanic", "abalone", "fashion_mnist"),
    *("wine", "breast_cancer", "diabetes", "digits", "titanic", "abalone", "mnist", "wine_quality"),
)
CLOSE = 1.0
"""A rate counts as good if it is within this many points of the best: the best of twelve is often one of several
equals."""


@dataclass(frozen=True)
class Trial:
    """A network, its best rate of twelve, and those that are as good."""

    source: Source
    best: tuple[float, ...]
    """The best rate; several if they are equal, as is frequent with few test examples."""
    close: tuple[float, ...]


def networks(draw: str) -> Iterator[Source]:
    """Random networks, the same for the same draw."""
    draws = random.Random(draw)  # noqa: S311
    return (_network(DATASETS[i % len(DATASETS)], draws) for i in range(NETWORKS))


def _network(name: str, draws: random.Random) -> Source:
    depth = draws.choice((0, 1, 1, 2, 3, 4))
    activations = ("relu", "relu", "tanh", "elu", "sigmoid") if depth < 3 else ("relu", "tanh")
    size = {"limit": 2000, "validation_size": 500} if "mnist" in name else {}
    spec = {
        "dataset": {**({} if name in READ else {"name": name}), **size},
        "layers": [draws.choice((16, 32, 64, 100))] * depth,
        "activation": draws.choice(activations),
        "batch_norm": draws.random() < 0.3,
        "optimizer": {"kind": draws.choice(("sgd", "momentum", "adam", "rmsprop"))},
        "batch_size": draws.choice((16, 32, 64)),
        "epochs": draws.choice((5, 10, 20, 40)),
    }
    return Source(spec, table=name if name in READ else None)


def trial(source: Source, runs: Runs) -> Trial:
    """Train the network at each of the rates."""
    scores = runs.all_scores([source.patched({"optimizer": {"lr": lr}}) for lr in RATES], SEEDS)
    points = [sum(one.points for one in found) / len(found) for found in scores]
    best = max(points)
    equal, close = (
        tuple(lr for lr, one in zip(RATES, points, strict=True) if one >= best - less) for less in (1e-9, CLOSE)
    )
    return Trial(source, equal, close)


@dataclass(frozen=True)
class Compared:
    """What a probe says of a network's learning rates, beside the trained ones."""

    trial: Trial
    interval: tuple[float, float] | None
    single: float | None

    @property
    def holds_best(self) -> bool:
        """Whether the interval holds the best rate, or one equal to it."""
        return any(map(self._holds, self.trial.best))

    @property
    def holds_close(self) -> bool:
        """Whether it holds a rate that is as good within a point."""
        return any(map(self._holds, self.trial.close))

    @property
    def single_is_close(self) -> bool:
        """Whether the tried rate that is nearest to the single one is as good within a point."""
        single = self.single
        return single is not None and min(RATES, key=lambda lr: abs(log10(lr / single))) in self.trial.close

    @property
    def inside(self) -> int:
        """Number of trained rates in the interval."""
        return sum(map(self._holds, RATES))

    @property
    def decades(self) -> float:
        """Width of the interval."""
        return 0.0 if self.interval is None else log10(self.interval[1] / self.interval[0])

    @property
    def verdict(self) -> str:
        """In a word."""
        return "held" if self.holds_best else "near" if self.holds_close else "MISS"

    @property
    def in_words(self) -> str:
        """The rates as text."""
        return f"best {self.trial.best}, suggested {self.interval}, of these {self.single}"

    def _holds(self, lr: float) -> bool:
        return self.interval is not None and self.interval[0] <= lr <= self.interval[1]


def compared(found: Trial, step: ProbedStep) -> Compared:
    """The rates that a probe suggests, beside the trained ones."""
    return Compared(found, step.suggested, step.recommended if step.trial is None else step.trial.middle)


def in_words(source: Source) -> str:
    """A network in a few words."""
    spec = source.spec
    name = source.table or spec["dataset"]["name"]
    norm = "with batch norm " if spec["batch_norm"] else ""
    return f"{name} {spec['layers']} {spec['activation']} {norm}{spec['optimizer']['kind']}, {spec['epochs']} epochs"
