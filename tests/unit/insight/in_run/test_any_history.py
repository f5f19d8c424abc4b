"""Findings about runs with arbitrary numbers: no history makes a check fail, and every patch is valid."""

import random
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from gradus.datasets import DATASETS
from gradus.fork import changed
from gradus.resolved import resolve
from gradus.status import FailureCode
from gradus.wire.experiment import Failure
from gradus.wire.finding import FindingPage
from gradus.wire.layer_report import LayerReport, LayerStatistics
from insight.in_run.find import findings_in_run
from insight.prior import Prior
from insight.run import Run
from tests.unit.insight.in_run.planted import planted

NUMBERS = (0.0, 1e-300, 1e-9, 0.01, 0.5, 1.0, 2.303, 100.0, 1e12, 1e308, inf, -inf, nan, -1.0)
LEAST_0 = ("evaluation_loss", "evaluation_accuracy", "mode_ratio", "easy", "hard")
"""Statistics of a layer report that are never negative."""
SPECS: tuple[dict[str, Any], ...] = (
    {"dataset": "digits", "layers": [8, 8]},
    {"dataset": "diabetes", "layers": [8], "dropout": 0.9, "l1": 0.1, "optimizer": {"kind": "sgd", "lr": 1.0}},
    {"dataset": "wine", "layers": [], "batch_size": "full", "schedule": {"kind": "exponential", "factor": 0.01}},
    {"dataset": "breast_cancer", "layers": [4, 4, 4], "activation": "tanh", "init": {"kind": "normal", "std": 5}},
    {
        "dataset": "digits",
        "layers": [{"units": 9, "dropout": 0.9}],
        "batch_norm": True,
        "batch_size": 2,
        "clip_norm": 1e-6,
    },
    {
        "dataset": "mnist",
        "layers": [{"kind": "conv", "channels": 3}, "flatten", 9],
        "activation": "identity",
        "init": "zeros",
        "schedule": {"kind": "cosine", "warmup": 50},
        "early_stopping": True,
    },
    {"dataset": "mnist", "layers": [100] * 6, "init": {"kind": "uniform", "bound": 0.001}, "l2": 1.0, "max_seconds": 3},
)


def history(draw: random.Random) -> Run:
    """A run with arbitrary numbers, smooth or not."""
    epochs = draw.choice((1, 2, 3, 7, 40))

    def numbers() -> list[float]:
        kind, start = draw.random(), draw.choice((0.3, 2.3, 50.0))
        if kind < 0.4:
            return [draw.choice(NUMBERS) for _ in range(epochs)]
        factor = draw.choice((0.5, 0.9, 0.999, 1.0, 1.2))
        return [start * factor**i * (1 + 0.3 * draw.random() * (kind > 0.7)) for i in range(epochs)]

    prior = draw.choice(
        (
            None,
            Prior(loss=2.303, accuracy=0.1, class_shares=(0.9, *[0.0125] * 8)),
            Prior(loss=0.0, accuracy=1.0, train_loss=0.0),
            Prior(loss=2.303, accuracy=0.1, class_shares=(0.0, 0.0, 1.0)),
            Prior(loss=2.303, accuracy=0.1, train_loss=value(draw), target_size=value(draw)),
        )
    )
    run = planted(
        numbers(),
        numbers(),
        [draw.random() for _ in range(epochs)],
        norm=draw.choice(NUMBERS),
        penalties=numbers(),
        rates=[draw.choice((0.0, 1e-9, 0.001, 1.0)) for _ in range(epochs)],
        prior=prior,
        is_over=draw.random() < 0.5,
        **draw.choice(SPECS),
    )
    reports = [
        LayerReport(
            epoch=row.epoch,
            step=row.step,
            layers=tuple(layer(draw, one.name) for one in run.network.layers),
            rho=value(draw),
            validation_t=value(draw),
            mode_t=value(draw),
            growth_gain=value(draw),
            **{name: draw.choice((None, nan, inf, 0.0, 1e-9, 0.6, 2.0, 1e12)) for name in LEAST_0},
        )
        for row in run.rows
    ]
    failed = Failure(code=FailureCode.DIVERGED, message="x", epoch=1, step=1, layer="output")
    return replace(
        run,
        reports=draw.choice(([], reports)),
        recalls=draw.choice(((), (0.0, 1.0), (nan, 0.5))),
        failure=draw.choice((None, None, failed)),
        rows=draw.choice((run.rows, run.rows, run.rows, ())),
    )


def value(draw: random.Random) -> float | None:
    return draw.choice((None, *NUMBERS))


def layer(draw: random.Random, name: str) -> LayerStatistics:
    shares = {key: draw.choice((None, nan, 0.0, 1e-9, 0.6, 1.0)) for key in ("share", "flat", "dead")}
    return LayerStatistics(name=name, units=9, delta_rms=value(draw), update_ratio=value(draw), **shares)


@pytest.mark.parametrize("seed", range(3))
def test_no_history_makes_them_fail(seed: int) -> None:
    draw = random.Random(seed)
    ids = set()
    for _ in range(150):
        run = history(draw)
        found = findings_in_run(run)
        page = FindingPage(data=found)
        assert FindingPage.model_validate_json(page.model_dump_json()).model_dump_json() == page.model_dump_json()
        for one in found:
            ids.add(one.id)
            for patch in one.patches:
                assert resolve(changed(run.spec, patch.patch), DATASETS[run.spec.dataset.name])
    assert len(ids) > 10
