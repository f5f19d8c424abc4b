"""Permutation importance: its mean over all pairs of examples, and how often its intervals hold the truth."""

import itertools
from math import sqrt

import numpy as np
import pytest

from evaluation.examples import Examples, Floats
from evaluation.importance import Influence, donors_of, estimate, influence, scores
from evaluation.report import sections
from gradus.sweep.statistics import differences
from tests.unit.evaluation.predictions import asked, classes, labels, numbers

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(("n", "repeats"), [(3, 2), (50, 5), (7, 100)])
def test_examples_get_values_of_different_others(n: int, repeats: int) -> None:
    donors = donors_of(n, repeats)
    assert donors.shape == (min(repeats, n - 1), n)
    assert (donors != np.arange(n)).all()
    assert all(sorted(one) == list(range(n)) for one in donors)
    assert all(len(set(column)) == len(donors) for column in donors.T)


def test_with_all_others_it_is_the_mean_over_all_pairs() -> None:
    n = 12
    table = RANDOM.normal(size=(n, n))  # of the example that receives, and of the one that gives
    donors = donors_of(n, n - 1)
    worse = np.array([[table[i, one[i]] for i in range(n)] for one in donors])
    found = influence(worse, donors, np.ones(n))
    assert found.mean == pytest.approx(np.mean([table[i, j] for i, j in itertools.permutations(range(n), 2)]))
    assert found.of_example.mean() == pytest.approx(0, abs=1e-12)


def test_effects_of_receiving_and_giving_add_up() -> None:
    """Without a rest, an example's influence is exactly the sum of its two effects."""
    n = 400
    receives, gives = RANDOM.normal(size=(2, n))
    donors = donors_of(n, 200)
    found = influence(receives + gives[donors], donors, np.ones(n))
    wanted = receives - receives.mean() + gives - gives.mean()
    assert np.abs(found.of_example - wanted).max() < 0.35  # of the mean of 200 normal numbers, 1/√200 = 0.07
    assert np.std(found.of_example) == pytest.approx(np.std(wanted), rel=0.02)


def test_a_column_of_a_linear_model_loses_twice_its_variance() -> None:
    """ŷ = y = a x: the mean of a² (x - x')² over all pairs is 2 a² s²."""
    n, a = 40, 3.0
    x = RANDOM.normal(size=n)
    donors = donors_of(n, n - 1)
    targets = (a * x)[:, None]

    def explained(predictions: Floats) -> Floats:
        return scores(Examples(predictions[:, None], targets, np.arange(n)), "regression")["r2"].values

    worse = np.array([explained(a * x) - explained(a * x[one]) for one in donors])
    assert influence(worse, donors, np.ones(n)).mean == pytest.approx(2 * n / (n - 1))


@pytest.mark.parametrize(
    ("task", "examples"),
    [
        ("classification", classes(60, 3, weighted=True)),
        ("multi_label", labels(60, 3)),
        ("regression", numbers(60, weighted=True)),
    ],
)
def test_metrics_are_those_of_the_evaluation(task: str, examples: Examples) -> None:
    found = scores(examples, task)  # type: ignore[arg-type]
    told = {one.name: one.value for one in sections(asked(examples), task).metrics}  # type: ignore[arg-type]
    assert {name: one.mean for name, one in found.items()} == pytest.approx({name: told[name] for name in found})


def test_targets_that_are_all_equal_have_no_importance() -> None:
    constant = Examples(np.zeros((5, 1)), np.ones((5, 1)), np.arange(5))
    assert np.isnan(scores(constant, "regression")["r2"].values).all()
    (found,) = differences([estimate([Influence(float("nan"), np.full(5, np.nan))])])
    assert found is not None
    assert np.isnan(found.mean)


def test_a_column_without_effect_has_an_interval_of_zero() -> None:
    donors = donors_of(10, 3)
    found = differences([estimate([influence(np.zeros((3, 10)), donors, np.ones(10))])] * 2)
    assert [(one.mean, one.ci95, one.p_adjusted) for one in found if one] == [(0, (0, 0), 1)] * 2


def test_seeds_that_disagree_widen_the_interval() -> None:
    """Standard errors add as squares: examples of variance 1 / n, and seeds of variance s² / 3."""
    n = 100
    of_example = np.tile([1.0, -1.0], n // 2)
    alone = estimate([Influence(0.5, of_example)])
    assert alone.error == pytest.approx(1 / sqrt(n - 1))
    assert alone.n == n
    agreed = estimate([Influence(0.5, of_example)] * 3)
    assert (agreed.mean, agreed.error, agreed.n) == (0.5, alone.error, n)
    torn = estimate([Influence(mean, of_example) for mean in (0.0, 0.5, 1.0)])
    assert torn.error == pytest.approx(sqrt(1 / (n - 1) + 0.25 / 3))
    assert torn.n == 2 + 1  # (v + w)² / (v² / 99 + w² / 2) = 2.5 degrees of freedom with v = 1/99 and w = 1/12


def test_intervals_hold_the_truth_of_95_in_100_samples() -> None:
    """ŷ = x + z, y = x + z + noise: shuffling x costs 2 σx² in squared errors, whatever the sample."""
    n, repeats, samples = 60, 5, 600
    donors = donors_of(n, repeats)
    held = 0
    for seed in range(samples):
        x, z, noise = np.random.default_rng((7, seed)).normal(size=(3, n))
        intact = np.square(noise)
        worse = np.array([np.square(x[one] + z - (x + z + noise)) - intact for one in donors])
        one = estimate([influence(worse, donors, np.ones(n))])
        held += abs(one.mean - 2) <= one.half(0.95)
    assert 0.92 < held / samples < 0.985
