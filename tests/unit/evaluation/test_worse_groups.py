"""Groups for which a network is worse."""

import numpy as np
import pytest
from scipy.stats import fisher_exact

from evaluation.worse_groups import _hypergeometric, compare


def _hits(share: float, n: int) -> list[float]:
    return [1.0] * round(share * n) + [0.0] * (n - round(share * n))


def test_a_group_that_is_served_worse_is_listed_with_its_mean_and_that_of_the_others() -> None:
    scores = np.array(_hits(0.5, 40) + _hits(0.9, 160))
    values = {"city": ["Chur"] * 40 + ["Bern"] * 160, "even": ["0", "1"] * 100}
    found = compare(scores, values, is_error=False)
    (worse,) = found.worse
    assert (worse.column, worse.value, worse.n) == ("city", "Chur", 40)
    assert (worse.score, worse.others) == pytest.approx((0.5, 0.9))
    assert (found.examples, found.columns, found.groups) == (200, 2, 4)


def test_errors_are_worse_if_they_are_larger_and_missing_values_are_a_group() -> None:
    scores = np.r_[np.linspace(2, 3, 30), np.linspace(0, 1, 70)]
    found = compare(scores, {"city": [None] * 30 + ["Bern"] * 70}, is_error=True)
    assert [(one.value, one.n) for one in found.worse] == [(None, 30)]
    assert [one.value for one in compare(scores, {"city": [None] * 30 + ["Bern"] * 70}, is_error=False).worse] == [
        "Bern"
    ]


def test_few_rows_are_not_compared() -> None:
    scores = np.array([0.0] * 19 + [1.0] * 100)
    found = compare(scores, {"city": ["Chur"] * 19 + ["Bern"] * 100}, is_error=False)
    assert (found.groups, found.worse) == (0, ())


@pytest.mark.parametrize("accuracy", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_chance_lists_a_group_of_few_in_at_most_one_of_20_cases(accuracy: float) -> None:
    """There are 20 groups of 20 examples. At an accuracy of 0.1, most draws have a group without any hit. Groups may be
    listed in 10 of 200 draws, plus three standard deviations."""
    draws = np.random.default_rng(0)
    names = [str(i % 20) for i in range(400)]
    scores = (draws.random((200, 400)) < accuracy).astype(np.float64)
    for is_error in (False, True):
        assert sum(bool(compare(one, {"a": names}, is_error=is_error).worse) for one in scores) <= 19


@pytest.mark.parametrize("alternative", ["less", "greater"])
def test_the_tail_of_hits_is_that_of_fishers_exact_test(alternative: str) -> None:
    scores, chosen = np.array(_hits(0.6, 25) + _hits(0.8, 175)), np.arange(200) < 25
    table = [[15, 10], [140, 35]]
    expected = fisher_exact(table, alternative=alternative).pvalue
    for factor, is_listed in ((1 + 1e-9, True), (1 - 1e-9, False)):
        assert _hypergeometric(scores, factor * float(expected))(chosen, alternative == "greater") is is_listed


def test_chance_lists_a_group_of_any_scores_in_about_one_of_20_cases() -> None:
    """The scores are shares of right labels."""
    draws = np.random.default_rng(0)
    names = [str(i % 20) for i in range(400)]
    scores = draws.binomial(4, 0.8, (200, 400)) / 4
    assert 2 <= sum(bool(compare(one, {"a": names}, is_error=False).worse) for one in scores) <= 19
