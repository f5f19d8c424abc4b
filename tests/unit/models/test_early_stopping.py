"""The best epoch, and when early stopping ends a run."""

from math import inf, nan

import pytest

from gradus.spec.early_stopping import EarlyStopping
from models.early_stopping import BestSoFar, Rule, rule


def _after(values: list[float], by: Rule) -> BestSoFar:
    standing = BestSoFar()
    for epoch, value in enumerate(values, start=1):
        standing = standing.after(epoch, value, by)
    return standing


@pytest.mark.parametrize(
    ("values", "min_delta", "best_epoch", "waited"),
    [
        ([1.0], 0.0, 1, 0),
        ([3.0, 2.0, 1.0], 0.0, 3, 0),
        ([3.0, 1.0, 2.0, 1.0], 0.0, 2, 2),  # equal is not better
        ([3.0, 2.9, 2.8, 2.4], 0.5, 4, 0),  # each a little better; only the sum of the steps counts for patience
        ([3.0, 2.9, 2.8, 2.7], 0.5, 4, 3),  # the best epoch is the best, whatever min_delta says
        ([nan, 2.0], 0.0, 2, 0),
        ([2.0, nan, nan], 0.0, 1, 2),
        ([nan, nan], 0.0, None, 2),
        ([inf, 5.0], 0.0, 2, 0),
    ],
)
def test_a_loss_stands_as_its_smallest_value(
    values: list[float], min_delta: float, best_epoch: int | None, waited: int
) -> None:
    standing = _after(values, Rule("validation_loss", min_delta))
    assert (standing.best_epoch, standing.waited) == (best_epoch, waited)


def test_an_accuracy_stands_as_its_largest_value() -> None:
    standing = _after([0.5, 0.7, 0.6, 0.7], Rule("validation_accuracy"))
    assert (standing.best_epoch, standing.best, standing.waited) == (2, 0.7, 2)


def test_another_metric_starts_anew() -> None:
    standing = _after([0.5, 0.1], Rule("validation_loss")).after(3, 0.7, Rule("validation_accuracy"))
    assert standing == BestSoFar("validation_accuracy", 3, 0.7, 0.7, 0)


@pytest.mark.parametrize(("patience", "ends"), [(1, True), (2, True), (3, False), (None, False)])
def test_a_run_ends_when_it_has_waited_for_its_patience(patience: int | None, ends: bool) -> None:
    assert Rule("validation_loss", patience=patience).stops(BestSoFar(waited=2)) is ends


def test_without_early_stopping_the_metric_follows_from_the_task() -> None:
    assert rule(None, "classification") == Rule("validation_accuracy")
    assert rule(None, "regression") == Rule("validation_loss")
    assert rule(EarlyStopping(patience=3, min_delta=0.5), "classification") == Rule("validation_loss", 0.5, 3)
