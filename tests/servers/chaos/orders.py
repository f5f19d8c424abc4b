"""The experiments and sweeps that are submitted: small runs that use everything that a checkpoint contains."""

import random
from collections.abc import Iterator, Sequence
from itertools import count

from gradus.spec.experiment import Spec
from gradus.sweep.expand import expand
from gradus.sweep.request import Grid, SweepRequest, Variants
from tests.built_in import facts_of

Order = Spec | SweepRequest

SHORT = {"dataset": "digits", "layers": [64, 32], "batch_norm": True, "dropout": 0.2, "epochs": 40}
"""An epoch takes some hundredths of a second, so only some epochs have a checkpoint."""
LONG = {"dataset": "digits", "layers": [192, 192], "batch_norm": True, "dropout": 0.3, "batch_size": 2, "epochs": 3}
"""An epoch takes a second, so checkpoints are written in the middle of epochs."""
OPTIMIZERS = ("sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw")


def orders(experiments: int, seed: int) -> list[Order]:
    """Orders with at least this number of experiments in total. All experiments differ."""
    rng = random.Random(seed)
    chosen: list[Order] = []
    seeds = count(1000 * seed)
    while sum(map(size, chosen)) < experiments:
        chosen += [_short(rng, seeds), _long(rng, seeds), _small(rng, seeds), _array(rng, seeds), _variants(rng, seeds)]
    return chosen


def experiments_of(order: Order) -> Sequence[Spec]:
    """The experiments of the order."""
    if isinstance(order, Spec):
        return (order,)
    return tuple(member.resolved.spec for member in expand(order, facts_of).members)


def size(order: Order) -> int:
    """Number of experiments of the order."""
    return len(experiments_of(order))


def _short(rng: random.Random, seeds: Iterator[int]) -> Spec:
    return Spec(**SHORT, seed=next(seeds), optimizer=rng.choice(OPTIMIZERS), l2=rng.choice((0.0, 1e-4)))


def _long(rng: random.Random, seeds: Iterator[int]) -> Spec:
    return Spec(**LONG, seed=next(seeds), schedule=rng.choice(("constant", "cosine")), input_dropout=0.1)


def _small(rng: random.Random, seeds: Iterator[int]) -> Spec:
    stopping = {"metric": "validation_loss", "patience": 15}
    return Spec(
        dataset=rng.choice(("wine", "breast_cancer", "diabetes")),
        layers=[24],
        dropout=0.1,
        batch_size=8,
        epochs=100,
        early_stopping=stopping,
        checkpoint={"every": 10, "keep": 2},
        seed=next(seeds),
    )


def _array(rng: random.Random, seeds: Iterator[int]) -> SweepRequest:
    """A sweep that trains as one or two jobs."""
    grid: Grid = {"optimizer.lr": (0.003, 0.001), "dropout": (0.0, 0.4)}
    base = Spec(**SHORT | {"epochs": rng.choice((15, 25))})
    return SweepRequest(name="array", base=base, grid=grid, seeds=(next(seeds), next(seeds)))


def _variants(rng: random.Random, seeds: Iterator[int]) -> SweepRequest:
    """A sweep of networks of several shapes."""
    base = Spec(**SHORT | {"epochs": rng.choice((15, 25)), "batch_norm": False})
    variants: Variants = {"+ batch norm": {"batch_norm": True}, "wider": {"layers": [96]}, "penalised": {"l1": 1e-4}}
    return SweepRequest(name="variants", base=base, variants=variants, seeds=(next(seeds),))
