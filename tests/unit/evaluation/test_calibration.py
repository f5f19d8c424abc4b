"""Choices on the validation split: temperature, thresholds, prediction sets and intervals."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.metrics import f1_score, log_loss

from evaluation.classification import classification
from evaluation.conformal import LEVELS, intervals, quantile, sets
from evaluation.examples import Examples
from evaluation.logits import sigmoid, softmax
from evaluation.temperature import class_temperature, label_temperature
from evaluation.thresholds import best
from tests.unit.evaluation.predictions import asked, classes, labels, numbers


@pytest.mark.parametrize("weighted", [False, True])
def test_the_temperature_makes_the_log_loss_least(weighted: bool) -> None:
    known = classes(800, 4, weighted=weighted)
    sure = Examples(3.0 * known.outputs, known.targets, known.rows, known.weights)
    expected = minimize_scalar(
        lambda t: log_loss(sure.targets, softmax(sure.outputs / t), sample_weight=sure.weights),
        bounds=(0.1, 10),
        method="bounded",
        options={"xatol": 1e-9},
    ).x
    assert class_temperature(sure) == pytest.approx(expected, rel=1e-5)
    plain = class_temperature(known)
    assert plain is not None
    assert class_temperature(sure) == pytest.approx(3 * plain, rel=1e-9)


def test_the_temperature_of_labels_makes_their_log_loss_least() -> None:
    known = labels(600, 3)

    def loss(t: float) -> float:
        p = sigmoid(known.outputs / t)
        return float(-np.where(known.targets > 0, np.log(p), np.log(1 - p)).mean())

    expected = minimize_scalar(loss, bounds=(0.1, 10), method="bounded", options={"xatol": 1e-9}).x
    assert label_temperature(known) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("factor", [3.0, 0.0])
def test_no_temperature_calibrates_where_the_log_loss_has_no_least(factor: float) -> None:
    """If every prediction is right, the loss falls without end; if all logits are 0, it does not change."""
    some = labels(50, 3)
    right = Examples(np.asarray(factor * (2 * some.targets - 1), dtype=np.float64), some.targets, some.rows)
    assert label_temperature(right) is None
    one = classes(50, 3)
    right = Examples(factor * np.eye(3)[one.targets.astype(int)], one.targets, one.rows)
    assert class_temperature(right) is None
    assert classification(asked(one, right)).calibration is None


def test_calibration_is_chosen_on_validation_and_measured_on_the_other_split() -> None:
    sure = classes(2000, 3)
    validation, test = sure.taken(np.arange(1000)), sure.taken(np.arange(1000, 2000))
    three = Examples(3 * validation.outputs, validation.targets, validation.rows)
    tested = Examples(3 * test.outputs, test.targets, test.rows)
    found = classification(asked(tested, three))
    assert found.calibration is not None
    p = softmax(tested.outputs / found.calibration.temperature)
    assert found.calibration.temperature == class_temperature(three)
    assert found.calibration.log_loss == pytest.approx(log_loss(test.targets, p), abs=1e-12)
    losses = {one.name: one.value for one in found.metrics}
    assert found.calibration.log_loss < losses["log_loss"]
    assert found.calibration.calibration_error < losses["calibration_error"]


@pytest.mark.parametrize("seed", range(5))
def test_a_threshold_is_the_best_of_all(seed: int) -> None:
    examples = classes(60, 2, seed)
    scores, positive = softmax(examples.outputs)[:, 1], examples.targets == 1
    tried = np.concatenate([[0.0], np.unique(scores), [1.0]])

    def rates(t: float) -> tuple[float, float]:
        said = scores >= t
        return float((said & positive).sum()), float((said & ~positive).sum())

    f1 = best(scores, positive, "f1", 1.0)
    assert f1_score(positive, scores >= f1) == pytest.approx(max(f1_score(positive, scores >= t) for t in tried))
    youden = [hits / positive.sum() - alarms / (~positive).sum() for hits, alarms in map(rates, tried)]
    hits, alarms = rates(best(scores, positive, "youden", 1.0))
    assert hits / positive.sum() - alarms / (~positive).sum() == pytest.approx(max(youden))
    costs = [alarms + 4 * (positive.sum() - hits) for hits, alarms in map(rates, tried)]
    hits, alarms = rates(best(scores, positive, "cost", 4.0))
    assert alarms + 4 * (positive.sum() - hits) == pytest.approx(min(costs))


def test_extreme_costs_say_one_class_always() -> None:
    scores, positive = np.array([0.2, 0.4, 0.6]), np.array([False, True, False])
    assert best(scores, positive, "cost", 1e6) <= 0.4
    assert best(scores, np.zeros(3, bool), "cost", 1.0) > 0.6
    assert best(np.ones(3), np.zeros(3, bool), "cost", 1.0) > 1.0


def test_the_quantile_of_conformal_prediction_counts_one_more() -> None:
    scores = np.arange(1.0, 10.0)  # 9 scores: ⌈10 · 0.9⌉ = 9, ⌈10 · 0.8⌉ = 8
    assert [quantile(scores, level) for level in LEVELS] == [8.0, 9.0, np.inf]


def test_sets_and_intervals_hold_the_truth_as_often_as_they_promise_on_20_splits() -> None:
    """The coverage of one split has a deviation of about √(2 · 0.9 · 0.1 / 500) = 0.019, as both of its halves have 500
    examples."""
    whole, lines, random = classes(1000, 5), numbers(1000), np.random.default_rng(2)
    covered: dict[str, list[float]] = {"sets": [], "intervals": []}
    for _ in range(20):
        first, second = np.split(random.permutation(1000), 2)
        of_sets = sets(whole.taken(first), whole.taken(second))
        of_lines = intervals(lines.taken(first), lines.taken(second), ["y"])
        covered["sets"].append(of_sets[1].coverage)
        covered["intervals"].append(of_lines[1].coverage)
        assert of_sets[0].size < of_sets[1].size < of_sets[2].size
        assert of_sets[1].ci95[0] < of_sets[1].coverage < of_sets[1].ci95[1]
    for found in covered.values():
        assert np.mean(found) == pytest.approx(0.9, abs=0.012)
        assert min(found) > 0.9 - 3 * 0.019
        assert max(found) < 0.9 + 3 * 0.019
