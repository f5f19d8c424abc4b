"""Baselines for repairing a spec: changes that ignore what is wrong with it."""

import random
from collections.abc import Mapping
from math import inf, isnan
from typing import Any

from benchmarks.insight.cases import Case, Source
from benchmarks.insight.catalogue import patches
from benchmarks.insight.runs import Runs

SEARCHES = 20
PROVEN: Mapping[str, Any] = {
    "optimizer": {"kind": "adam"},
    "batch_norm": True,
    "init": {"kind": "auto"},
}


def blind(case: Case, runs: Runs) -> dict[str, Source]:
    """The patched spec of each baseline that trains once."""
    source = case.source
    resolved = runs.folder.resolved(source, 0)
    draws = random.Random(f"patch {case.name}")  # noqa: S311
    _, patch = draws.choice(patches(resolved))
    lower = {"optimizer": {"lr": resolved.spec.optimizer.lr / 10}}
    found = {
        "random patch of the catalogue": source.patched(patch),
        "always a tenth of the rate": source.patched(lower),
        "always Adam, batch norm, auto init": source.patched(PROVEN),
        "random search, 1 training": source.patched(_drawn(draws)),
    }
    return {name: one for name, one in found.items() if runs.is_valid(one)}


def searched(case: Case, runs: Runs, trainings: int = SEARCHES) -> Source:
    """The best of the spec and several random changes of it, chosen by the test score of one seed: an upper bound for
    searches, which may choose by the validation score alone."""
    draws = random.Random(f"search {case.name}")  # noqa: S311
    sources = [case.source, *(case.source.patched(_drawn(draws)) for _ in range(trainings))]
    scores = runs.all_scores(sources, [0])
    sign = -1 if case.measure == "loss" else 1
    return max(zip(sources, scores, strict=True), key=lambda pair: _ranked(sign * getattr(pair[1][0], case.measure)))[0]


def _drawn(draws: random.Random) -> Mapping[str, Any]:
    kind = draws.choice(("sgd", "momentum", "rmsprop", "adam"))
    low, high = (-3.0, 0.0) if kind in ("sgd", "momentum") else (-4.0, -1.0)
    return {
        "optimizer": {"kind": kind, "lr": float(f"{10 ** draws.uniform(low, high):.3g}")},
        "activation": draws.choice(("relu", "tanh", "sigmoid", "elu")),
        "init": {"kind": "auto"},
        "batch_norm": draws.choice((True, False)),
        "batch_size": draws.choice((16, 32, 64, 128)),
        "dropout": draws.choice((0.0, 0.0, 0.2, 0.5)),
        "l2": draws.choice((0.0, 0.0, 1e-4, 1e-3)),
    }


def _ranked(number: float) -> float:
    return -inf if isnan(number) else number
