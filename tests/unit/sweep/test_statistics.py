"""Mean, deviation and paired difference by hand."""

from math import inf, sqrt

import pytest

from gradus.sweep.statistics import deviation, difference, interval, mean


def test_mean_and_sample_deviation() -> None:
    assert mean([0.9, 0.95, 0.94]) == pytest.approx(0.93)
    # deviations -0.03, 0.02, 0.01: squares 9 + 4 + 1 = 14 · 1e-4, over n - 1 = 2
    assert deviation([0.9, 0.95, 0.94]) == pytest.approx(sqrt(7e-4))


def test_too_few_values_have_no_mean_or_no_deviation() -> None:
    assert mean([]) is None
    assert deviation([0.9]) is None
    assert deviation([0.9, inf]) is None


def test_the_interval_of_a_mean() -> None:
    # mean 0.93, s = sqrt(7e-4), t(0.975, 2) = 4.30265
    half = 4.30265 * sqrt(7e-4) / sqrt(3)
    assert interval([0.9, 0.95, 0.94]) == pytest.approx((0.93 - half, 0.93 + half), abs=1e-6)
    assert interval([0.9]) is None


def test_a_difference_is_paired_by_seed() -> None:
    found = difference({0: 0.93, 1: 0.95, 2: 0.97, 7: 0.1}, {0: 0.90, 1: 0.93, 2: 0.96, 8: 0.99})
    assert found is not None
    # pairs 0.03, 0.02, 0.01: mean 0.02, s = 0.01, t(0.975, 2) = 4.30265
    half = 4.30265 * 0.01 / sqrt(3)
    assert found.mean == pytest.approx(0.02)
    assert found.ci95 == pytest.approx((0.02 - half, 0.02 + half), abs=1e-6)
    assert found.n == 3


@pytest.mark.parametrize("base", [{}, {0: 0.9}, {5: 0.9, 6: 0.8}])
def test_fewer_than_two_pairs_tell_nothing(base: dict[int, float]) -> None:
    assert difference({0: 0.93, 1: 0.95}, base) is None
