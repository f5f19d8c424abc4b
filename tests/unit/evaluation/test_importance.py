"""Permutation importance: its mean over all pairs of examples, and how often its intervals hold the truth."""

import itertools
from math import sqrt

import numpy as np
import pytest

from evaluation.examples import Examples, Floats
from evaluation.importance import Influence, Pooled, deteriorations, donors_of, estimate, influence, scores
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
    """If there is no remainder, an example's influence is exactly the sum of both effects."""
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
    (found,) = differences([estimate(Pooled.of(Influence(float("nan"), np.full(5, np.nan))))])
    assert found is not None
    assert np.isnan(found.mean)


def test_a_column_without_effect_has_an_interval_of_zero() -> None:
    donors = donors_of(10, 3)
    found = differences([estimate(Pooled.of(influence(np.zeros((3, 10)), donors, np.ones(10))))] * 2)
    assert [(one.mean, one.ci95, one.p_adjusted) for one in found if one] == [(0, (0, 0), 1)] * 2


def test_seeds_that_disagree_widen_the_interval() -> None:
    """Standard errors add as squares: examples of variance 1 / n, and seeds of variance s² / 3."""
    n = 100
    of_example = np.tile([1.0, -1.0], n // 2)
    one = Influence(0.5, of_example)
    alone = estimate(Pooled.of(one))
    assert alone.error == pytest.approx(1 / sqrt(n - 1))
    assert (alone.n, alone.freedom) == (n, n - 1)
    agreed = estimate(Pooled.of(one, one, one))
    assert (agreed.mean, agreed.n, agreed.freedom) == (0.5, n, n - 1)
    assert agreed.error == pytest.approx(alone.error)
    torn = estimate(Pooled.of(*(Influence(mean, of_example) for mean in (0.0, 0.5, 1.0))))
    v, w = 1 / (n - 1), 0.25 / 3
    assert torn.error == pytest.approx(sqrt(v + w))
    assert torn.freedom == pytest.approx((v + w) ** 2 / (v**2 / (n - 1) + w**2 / 2))  # 2.5


def test_intervals_hold_the_truth_of_95_in_100_samples() -> None:
    """ŷ = x + z, y = x + z + noise: shuffling x costs 2 σx² in squared errors, whatever the sample."""
    n, repeats, samples = 60, 5, 600
    donors = donors_of(n, repeats)
    held = 0
    for seed in range(samples):
        x, z, noise = np.random.default_rng((7, seed)).normal(size=(3, n))
        intact = np.square(noise)
        worse = np.array([np.square(x[one] + z - (x + z + noise)) - intact for one in donors])
        one = estimate(Pooled.of(influence(worse, donors, np.ones(n))))
        held += abs(one.mean - 2) <= one.half(0.95)
    assert 0.92 < held / samples < 0.985


@pytest.mark.parametrize(("n", "samples"), [(100, 400), (1000, 200)])
def test_intervals_of_r2_cover_the_variance_of_skewed_targets(n: int, samples: int) -> None:
    """ŷ = x + z, y = ŷ + noise with an exponential z of variance 9: shuffling x costs 2 / σ² with σ² = 1 + 9 + 0.01."""
    donors = donors_of(n, 5)
    held = 0
    for seed in range(samples):
        draw = np.random.default_rng((3, seed))
        x, z = draw.normal(size=n), 3 * draw.exponential(size=n)
        targets = (x + z + 0.1 * draw.normal(size=n))[:, None]
        intact, *shuffled = (
            scores(Examples((one + z)[:, None], targets, np.arange(n)), "regression")
            for one in (x, *(x[each] for each in donors))
        )
        one = estimate(Pooled.of(deteriorations(intact, shuffled, donors)["r2"]))
        held += abs(one.mean - 2 / 10.01) <= one.half(0.95)
    assert held / samples > 0.88  # 0.76 and 0.63 if the variance of the sample counted as known


def test_r2_of_several_targets_covers_the_variance_of_each() -> None:
    """The influence on a mean of ratios, against the jackknife: by how much it moves without an example."""
    n = 200
    x, z, noise = RANDOM.exponential(size=(3, n, 2))
    weights = RANDOM.uniform(0.5, 2, n)
    donors = np.roll(np.arange(n), 1)[None].repeat(2, 0)  # both repeats are alike, so there is no rest
    outputs = (x + z, *((x[one] + z) for one in donors))

    def found(kept: Floats) -> Influence:
        """Examples of weight zero are left out, as receivers."""
        given = [Examples(one, x + z + noise, np.arange(n), weights * kept) for one in outputs]
        intact, *shuffled = (scores(one, "regression") for one in given)
        return deteriorations(intact, shuffled, donors)["r2"]

    whole = found(np.ones(n))
    for i in range(3):
        without = found((np.arange(n) != i).astype(float)).mean
        assert (whole.mean - without) * n == pytest.approx(whole.of_example[i], rel=0.05, abs=0.01)


def test_an_accuracy_that_no_example_changes_is_known_up_to_one() -> None:
    """A column that decides the class of 1 of 100 rows: in a third of the samples, shuffling it changes nothing."""
    n, share, samples = 100, 0.01, 300
    donors = donors_of(n, 5)
    held = 0
    for seed in range(samples):
        rare = np.random.default_rng((5, seed)).random(n) < share
        worse = np.array([(rare[one] != rare).astype(float) for one in donors])
        one = estimate(Pooled.of(influence(worse, donors, np.ones(n))), grain=1 / n)
        assert one.half(0.95) >= 1 / n
        held += abs(one.mean - 2 * share * (1 - share)) <= one.half(0.95)
    assert held / samples > 0.9  # 0.64 without the grain


@pytest.mark.parametrize(
    ("task", "examples", "grain"),
    [("classification", classes(60, 3), 1 / 60), ("multi_label", labels(60, 3), 1 / 180)],
)
def test_an_accuracy_changes_in_steps(task: str, examples: Examples, grain: float) -> None:
    found = scores(examples, task)  # type: ignore[arg-type]
    assert {name: one.grain for name, one in found.items()} == {"log_loss": 0.0, "accuracy": pytest.approx(grain)}


def test_many_networks_take_the_memory_of_one() -> None:
    ones = [Influence(float(i), RANDOM.normal(size=10)) for i in range(4)]
    pooled = Pooled.of(*ones)
    assert list(pooled.means) == [0, 1, 2, 3]
    assert pooled.of_example == pytest.approx(np.sum([one.of_example for one in ones], axis=0))
