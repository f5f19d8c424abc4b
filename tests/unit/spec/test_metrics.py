"""The catalogue of metrics: every number of a metrics row, and which of two values is better."""

import math
from typing import get_args

import pytest

from gradus.catalog import catalog
from gradus.metrics import METRICS, improves, measured, metric, metrics_of, score
from gradus.spec.early_stopping import ValidationMetric
from gradus.sweep.objective import Metric, Objective, default_objective
from gradus.wire.metrics import MetricsRow
from tests.unit.client.said import metrics_row

WHEN = {"epoch", "step", "at"}
"""The keys of a metrics row that say when it was measured."""


def row(**changes: object) -> MetricsRow:
    return MetricsRow.model_validate(metrics_row(1, **changes))


def test_the_catalogue_has_every_number_of_a_row_in_its_order() -> None:
    listed = [one.key for one in catalog().metrics]
    assert listed == [key for key in MetricsRow.model_fields if key not in WHEN]


def test_the_objectives_of_the_catalogue_are_those_that_a_sweep_may_name() -> None:
    assert [one.key for one in METRICS if one.objective] == list(get_args(Metric))
    assert set(get_args(ValidationMetric)) == {one.key for one in METRICS if one.split == "validation"}


@pytest.mark.parametrize(
    ("task", "best", "goal"),
    [("classification", "validation_accuracy", "maximize"), ("regression", "validation_loss", "minimize")],
)
def test_a_task_is_judged_by_accuracy_or_by_loss_where_it_has_none(task: str, best: str, goal: str) -> None:
    assert score(metrics_of(task)).key == best
    objective = default_objective(task)  # type: ignore[arg-type]
    assert (objective.metric, objective.goal) == (best, goal)


def test_a_task_that_is_not_known_here_has_what_every_task_has() -> None:
    assert {one.key for one in metrics_of("ranking")} == {one.key for one in metrics_of("regression")}
    assert score(metrics_of("ranking")).key == "validation_loss"
    assert metrics_of(None) == metrics_of("regression")


def test_an_objective_measures_the_tasks_that_have_its_metric() -> None:
    assert Objective(metric="test_accuracy").measures("classification")
    assert not Objective(metric="test_accuracy").measures("regression")
    assert Objective(metric="train_loss").measures("regression")


def test_what_no_row_has_is_not_measured() -> None:
    nothing = row(train_accuracy=None, validation_accuracy=None, test_accuracy=None)
    assert [one.key for one in measured([nothing]) if one.panel == "accuracy"] == []
    assert measured([nothing, row()]) == METRICS


@pytest.mark.parametrize(
    ("key", "value", "best", "better"),
    [
        ("validation_accuracy", 0.9, 0.8, True),
        ("validation_accuracy", 0.8, 0.8, False),
        ("validation_loss", 0.9, 0.8, False),
        ("validation_loss", 0.7, 0.8, True),
        ("validation_loss", 0.7, None, True),
        ("validation_loss", 0.7, math.nan, True),
        ("validation_loss", math.nan, None, False),
        ("validation_accuracy", None, 0.5, False),
    ],
)
def test_a_number_is_better_than_none_and_than_a_worse_one(
    key: str, value: float | None, best: float | None, better: bool
) -> None:
    assert improves(metric(key), value, best) is better
