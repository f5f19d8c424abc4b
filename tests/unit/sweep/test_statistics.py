"""Mean, deviation and paired difference by hand."""

from collections.abc import Sequence
from math import inf, isnan, sqrt
from random import Random

import pytest

from benchmarks.false_alarms import METRICS, MOST, Metric, alarms, among_real
from gradus.sweep.objective import Objective
from gradus.sweep.ranking import ChangeOutcome, ranked
from gradus.sweep.statistics import SMALLEST_P, deviation, difference, differences, interval, mean, paired
from gradus.sweep.student import quantile


def test_mean_and_sample_deviation() -> None:
    assert mean([0.9, 0.95, 0.94]) == pytest.approx(0.93)
    # deviations -0.03, 0.02, 0.01: squares 9 + 4 + 1 = 14 · 1e-4, over n - 1 = 2
    assert deviation([0.9, 0.95, 0.94]) == pytest.approx(sqrt(7e-4))


def test_too_few_values_have_no_mean_or_no_deviation() -> None:
    assert mean([]) is None
    assert deviation([0.9]) is None
    assert deviation([0.9, inf]) is None


HUGE = [1e154, 1e200, 1.7e308]
"""Losses of runs that almost diverged. Their squares, sums or differences are too large for a double."""


@pytest.mark.parametrize("size", HUGE)
def test_values_of_any_size_have_a_mean_and_a_deviation(size: float) -> None:
    assert mean([size, size, size]) == pytest.approx(size)
    assert mean([size, -size]) == 0
    assert deviation([size, size]) == 0
    # 0.9, 0.95, 0.94 of it, as above
    assert deviation([0.9 * size, 0.95 * size, 0.94 * size]) == pytest.approx(sqrt(7e-4) * size)
    assert deviation([size, -size]) == pytest.approx(sqrt(2) * size)  # infinite for the largest


@pytest.mark.parametrize("size", [*HUGE, inf])
def test_values_of_any_size_have_a_place_and_a_difference_or_none(size: float) -> None:
    values, base = dict(enumerate([size, -size, size, 1.0])), dict(enumerate([-size, size, -size, 0.5]))
    found = difference(values, base)
    assert found is None or found.ci95[0] < found.mean < found.ci95[1]
    assert (found is None) == (size >= 1e308)
    assert (interval(list(values.values())) is None) == (size == inf)
    for common in (base, {9: size}):
        assert (
            len(ranked([ChangeOutcome(values, 0), ChangeOutcome(common, 0)], Objective(metric="validation_loss"))) == 2
        )


def test_infinite_values_of_both_signs_have_no_mean() -> None:
    assert isnan(mean([inf, -inf]) or 0)


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


def test_of_two_seeds_no_difference_is_told() -> None:
    found = difference({0: 0.93, 1: 0.9301}, {0: 0.1, 1: 0.1})
    assert found is not None
    assert found.ci95[0] <= 0 <= found.ci95[1]
    assert found.p_adjusted == 1


@pytest.mark.parametrize("seeds", [2, 3, 5, 20])
def test_identical_scores_are_no_infinite_precision(seeds: int) -> None:
    base, wider = dict.fromkeys(range(seeds), 13 / 14), dict.fromkeys(range(seeds), 1.0)
    assert difference(wider, base) is None  # nothing says how far a value may be off
    assert interval(list(wider.values())) is None
    found, around = difference(wider, base, 1 / 14), interval(list(wider.values()), 1 / 14)
    assert found is not None
    assert around is not None
    assert found.ci95[0] <= 1e-15 < 1 / 7 - 1e-15 <= found.ci95[1]  # one example of fourteen is not told
    assert around[1] - around[0] >= 1 / 14


def test_scores_that_differ_by_rounding_alone_are_identical() -> None:
    losses = {seed: 0.3 + seed * 1e-9 for seed in range(5)}  # float32 tells numbers apart that are 4e-8 from each other
    assert interval(list(losses.values())) is None
    assert difference(losses, dict.fromkeys(range(5), 0.2)) is None
    same = difference({0: 12 / 14, 1: 13 / 14, 2: 5 / 14}, {0: 13 / 14, 1: 12 / 14, 2: 5 / 14}, 1 / 14)
    assert same is not None
    assert same.mean == 0.0  # not 1e-17


def test_a_spread_below_the_grain_counts_as_rounding() -> None:
    base, better = dict.fromkeys(range(4), 0.80), dict.fromkeys(range(4), 0.90)
    found = difference(better, base, 0.01)
    assert found is not None
    # the difference of two rounding errors has the variance 2 · 0.01²/12; t(0.975, 3) = 3.18245
    half = 3.18245 * 0.01 / sqrt(6) / sqrt(4)
    assert half < 0.01  # so the grain is what it reaches to either side
    assert found.ci95 == pytest.approx((0.09, 0.11))


PAIRS = ((0.03, 0.02, 0.01), (0.05, 0.04, 0.05), (0.03, -0.01, 0.0), (-0.20, -0.21, -0.19))


def judged(pairs: Sequence[Sequence[float]], to_come: int = 0) -> list[tuple[float, tuple[float, float]]]:
    """The adjusted p and the interval of each change with these differences from the base."""
    base = {seed: 0.5 + seed / 100 for seed in range(3)}
    estimates = [paired({seed: base[seed] + gap for seed, gap in enumerate(one)}, base) for one in pairs]
    return [(one.p_adjusted, one.ci95) for one in differences(estimates, to_come) if one is not None]


def test_p_is_adjusted_by_holm() -> None:
    # by scipy.stats.ttest_1samp: 0.074180, 0.005063, 0.634852, 0.000832; times 2, 3, 1 and 4
    assert [p for p, _ in judged(PAIRS)] == pytest.approx([0.148360, 0.015190, 0.634852, 0.003329], abs=1e-5)


def test_intervals_hold_together() -> None:
    # 1 - 0.05/4 for each of four: t = 8.8602 at two degrees of freedom; s = 0.01
    half = quantile(1 - 0.05 / 4, 2) * 0.01 / sqrt(3)
    assert quantile(1 - 0.05 / 4, 2) == pytest.approx(8.8602, abs=1e-3)
    low, high = judged(PAIRS)[0][1]
    assert (low, high) == pytest.approx((0.02 - half, 0.02 + half))


def test_what_an_interval_tells_holms_p_tells_too() -> None:
    random = Random(1)
    for _ in range(300):
        pairs = [[random.gauss(0.02, 0.01) for _ in range(3)] for _ in range(5)]
        for p, (low, high) in judged(pairs):
            assert p < 0.05 or low <= 0 <= high


def test_what_is_still_to_come_counts_already() -> None:
    assert judged(PAIRS[:2], to_come=2)[0][1] == judged(PAIRS)[0][1]
    assert all(early[0] >= late[0] for early, late in zip(judged(PAIRS[:2], 2), judged(PAIRS[:2]), strict=True))


def test_no_difference_is_certain() -> None:
    found = difference({seed: 1e6 + seed for seed in range(9)}, {seed: -1e6 + seed**2 / 9 for seed in range(9)})
    assert found is not None
    assert found.p_adjusted >= SMALLEST_P


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_changes_that_change_nothing_are_rarely_called_better_or_worse(metric: Metric, seeds: int) -> None:
    assert alarms(metric, seeds, 400, Random(seeds)) <= MOST + 0.02  # 400 sweeps leave a deviation of 0.01 to chance


def test_real_changes_beside_them_make_that_no_more_frequent() -> None:
    found = among_real(3, 5, 400, Random(3))
    assert found["false alarms"] <= MOST
    assert found["off"] <= MOST + 0.01
    assert found["told"] > 0.4
