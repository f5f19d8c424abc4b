"""Groups that are served worse."""

import numpy as np
import pytest

from evaluation.worse_groups import compare


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


def test_chance_lists_a_group_in_about_one_of_20_cases() -> None:
    draws = np.random.default_rng(0)
    listed = 0
    for _ in range(300):
        scores = (draws.random(400) < 0.8).astype(np.float64)
        values = {
            "a": draws.integers(0, 5, 400).astype(str).tolist(),
            "b": draws.integers(0, 3, 400).astype(str).tolist(),
        }
        listed += bool(compare(scores, values, is_error=False).worse)
    assert 2 <= listed <= 27  # 15 expected if the groups were independent; those of one column are not
