"""Intervals contain the truth as often as they promise."""

from math import comb, sqrt

import numpy as np
import pytest

from evaluation import statistics
from evaluation.bootstrap import intervals
from evaluation.classification import classification
from evaluation.metric import Bootstrapped, metrics
from evaluation.ranking import auc
from evaluation.wilson import wilson
from tests.unit.evaluation.predictions import asked, classes


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)],
)
def test_wilson_s_interval_is_that_of_the_literature(hits: int, n: int, low: float, high: float) -> None:
    """The expected intervals are those of R. G. Newcombe, Two-sided confidence intervals for the single proportion
    (1998), Table I; those for 0 and 5 of 10 were computed by the formula."""
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("p", [0.05, 0.2, 0.5, 0.9, 0.97])
def test_wilson_s_interval_holds_a_share_as_often_as_it_says(p: float) -> None:
    """The probability is the exact sum over all outcomes of 100 trials."""
    covered = sum(
        comb(100, hits) * p**hits * (1 - p) ** (100 - hits)
        for hits in range(101)
        if wilson(hits, 100)[0] <= p <= wilson(hits, 100)[1]
    )
    assert 0.92 < covered < 0.985


def test_a_bootstrap_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Tested with the mean of an exponential distribution, and the AUC of two normal distributions, Φ(1 / √2) =
    0.7602."""
    held = np.zeros(2)
    for seed in range(100):
        random = np.random.default_rng(seed)
        values, positive = random.exponential(size=150), random.uniform(size=150) < 0.5
        scores = random.normal(size=150) + positive
        found = intervals({"mean": statistics.mean(values), "auc": auc(scores, positive)}, 150)
        held += [found[name][0] <= truth <= found[name][1] for name, truth in (("mean", 1.0), ("auc", 0.76025))]
    assert held.min() >= 90
    assert held.max() <= 99


def test_the_interval_of_many_examples_is_as_wide_as_it_must_be() -> None:
    """If there are more examples than the bootstrap draws from, the interval is as wide as by the normal
    approximation."""
    values = np.random.default_rng(0).exponential(size=30_000)
    low, high = intervals({"mean": statistics.mean(values)}, 30_000, most=2000)["mean"]
    expected = 1.96 * values.std() / sqrt(30_000)
    assert ((high - low) / 2) == pytest.approx(expected, rel=0.06)
    assert (low + high) / 2 == pytest.approx(values.mean(), abs=expected / 5)


def test_an_interval_is_the_same_each_time_and_undefined_without_examples() -> None:
    values = np.arange(50.0)
    one, again = (intervals({"mean": statistics.mean(values)}, 50)["mean"] for _ in range(2))
    assert one == again
    assert np.isnan(intervals({"mean": statistics.mean(values[:0])}, 0)["mean"]).all()


def test_a_median_is_that_of_the_repeated_values() -> None:
    random = np.random.default_rng(1)
    values, counts = random.normal(size=31).round(1), random.integers(0, 4, size=(20, 31))
    found = statistics.median(values)(np.arange(31))(counts.astype(np.float64))
    assert found.tolist() == [float(np.median(np.repeat(values, row))) for row in counts]


def test_the_calibration_error_has_no_interval_because_draws_are_worse_calibrated_than_their_examples() -> None:
    examples = classes(500, 2)
    by_name = {one.name: one for one in classification(asked(examples)).metrics}
    assert by_name.pop("calibration_error").ci95 is None
    for one in by_name.values():
        assert one.ci95 is not None
        assert one.ci95[0] <= one.value <= one.ci95[1]


def test_the_interval_from_some_of_the_examples_stays_where_the_statistic_can_be() -> None:
    """The AUC of all examples is nearly 1. That of the examples that the bootstrap draws from is lower by chance, so
    that the interval would exceed 1."""
    random = np.random.default_rng(0)
    positive = random.uniform(size=4000) < 0.01
    measure = Bootstrapped(auc(positive + random.normal(size=4000) * 0.25, positive), most=1.0, columns=1000)
    assert intervals({"auc": measure.statistic}, 4000, measure.most_examples)["auc"][1] > 1.0
    [one] = metrics({"auc": measure}, 4000)
    assert one.ci95 is not None
    assert one.ci95[0] < one.value < one.ci95[1] == 1.0
