"""Student's t against published tables."""

import pytest

from gradus.sweep.student import probability, quantile

TABLE = {
    0.90: {1: 6.314, 2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 10: 1.812, 29: 1.699, 30: 1.697, 60: 1.671, 120: 1.658},
    0.95: {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 10: 2.228, 29: 2.045, 30: 2.042, 60: 2.000, 120: 1.980},
    0.99: {1: 63.657, 2: 9.925, 3: 5.841, 4: 4.604, 5: 4.032, 10: 3.169, 29: 2.756, 30: 2.750, 60: 2.660, 120: 2.617},
}
"""Two-sided quantiles by degrees of freedom: NIST/SEMATECH e-Handbook of statistical methods, section 1.3.6.7.2."""


@pytest.mark.parametrize(
    ("level", "freedom", "t"), [(level, n, t) for level, row in TABLE.items() for n, t in row.items()]
)
def test_quantiles_are_those_of_the_table(level: float, freedom: int, t: float) -> None:
    assert quantile(level, freedom) == pytest.approx(t, abs=0.0005)


def test_many_degrees_of_freedom_come_close_to_the_normal_distribution() -> None:
    assert quantile(0.95, 999) == pytest.approx(1.959964, abs=0.003)


@pytest.mark.parametrize("freedom", [1, 2, 7, 40, 999])
def test_a_quantile_has_the_probability_that_was_asked_for(freedom: int) -> None:
    assert probability(quantile(0.95, freedom), freedom) == pytest.approx(0.95, abs=1e-12)


def test_one_degree_of_freedom_is_the_cauchy_distribution() -> None:
    assert probability(1.0, 1) == pytest.approx(0.5)  # 2/π · arctan 1


@pytest.mark.parametrize("level", [0.1, 0.95, 0.999])
@pytest.mark.parametrize("freedom", [1, 2, 3, 30, 999])
def test_real_degrees_of_freedom_continue_the_whole_ones(level: float, freedom: int) -> None:
    """The incomplete beta function, beside the closed form."""
    assert quantile(level, freedom + 1e-9) == pytest.approx(quantile(level, freedom), rel=1e-7)


def test_between_two_and_three_degrees_of_freedom() -> None:
    assert quantile(0.95, 2.5) == pytest.approx(3.5746548420036817, rel=1e-12)  # SciPy's stats.t.ppf(0.975, 2.5)
