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
"""Twelve learning rates from 1e-5 to 3.16, each 3.16 times the one before."""
SEEDS = (1, 2, 3)
"""The seeds of the trainings at the twelve rates. The probe's seed is 0, a different one."""
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
"""A rate counts as good if it is within this many points of the best, because the best of twelve rates often has
several equals."""


@dataclass(frozen=True)
class Trial:
    """A network, the best of the twelve rates, and the rates that are about as good."""

    source: Source
    best: tuple[float, ...]
    """The best rate, or several equally good ones, as is frequent with few test examples."""
    close: tuple[float, ...]


def networks(draw: str) -> Iterator[Source]:
    """Random networks. Equal draws give equal networks."""
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
    """The learning rates that a probe suggests for a network, compared with the trained ones."""

    trial: Trial
    interval: tuple[float, float] | None
    single: float | None

    @property
    def holds_best(self) -> bool:
        """Whether the interval contains the best rate, or one that is equally good."""
        return any(map(self._holds, self.trial.best))

    @property
    def holds_close(self) -> bool:
        """Whether the interval contains a rate that is at most a point worse than the best."""
        return any(map(self._holds, self.trial.close))

    @property
    def single_is_close(self) -> bool:
        """Whether, of the trained rates, the one nearest to the suggested single rate is at most a point worse than the
        best."""
        single = self.single
        return single is not None and min(RATES, key=lambda lr: abs(log10(lr / single))) in self.trial.close

    @property
    def inside(self) -> int:
        """Number of trained rates in the interval."""
        return sum(map(self._holds, RATES))

    @property
    def decades(self) -> float:
        """The width of the interval, in decades."""
        return 0.0 if self.interval is None else log10(self.interval[1] / self.interval[0])

    @property
    def verdict(self) -> str:
        """The result of the comparison, in a word."""
        return "held" if self.holds_best else "near" if self.holds_close else "MISS"

    @property
    def in_words(self) -> str:
        """The rates as text."""
        return f"best {self.trial.best}, suggested {self.interval}, of these {self.single}"

    def _holds(self, lr: float) -> bool:
        return self.interval is not None and self.interval[0] <= lr <= self.interval[1]


def compared(found: Trial, step: ProbedStep) -> Compared:
    """Compare the rates that a probe suggests with the trained ones."""
    return Compared(found, step.suggested, step.recommended if step.trial is None else step.trial.middle)


def in_words(source: Source) -> str:
    """A network in a few words."""
    spec = source.spec
    name = source.table or spec["dataset"]["name"]
    norm = "with batch norm " if spec["batch_norm"] else ""
    return f"{name} {spec['layers']} {spec['activation']} {norm}{spec['optimizer']['kind']}, {spec['epochs']} epochs"
