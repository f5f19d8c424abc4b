"""Scaling of numbers, and the handling of missing numbers."""

from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from gradus.spec.missing import AnyMissing, ConstantValue, Mean, Median, Refuse
from gradus.spec.numbers import MinMax, NoScaling, NumberEncoding, Quantile, Robust, SignedLog, Standard
from preprocessing.missing import MissingInput, filled, fit_fill
from preprocessing.numbers import fit_scaling, mean_and_deviation, scale, signed_log
from preprocessing.to_float32 import to_float32

Numbers = NDArray[np.float64]
ENCODINGS: list[NumberEncoding] = [MinMax(), Standard(), Robust(), Quantile(), SignedLog(), NoScaling()]
RANDOM = np.random.default_rng(0)
HEAVY = RANDOM.standard_t(1.5, 2000) * 40 + 7
TRAINING: dict[str, Numbers] = {
    "heavy tails": HEAVY,
    "constant": np.full(50, 0.1),
    "one value": np.array([3.0]),
    "none": np.array([]),
    "two values": np.array([0.0, 1.0] * 20),
    "mostly zero": np.concatenate([np.zeros(900), RANDOM.exponential(size=100)]),
    "huge": np.array([-1e300, 1e300, 1e299, 0.0]),
    "largest": np.array([-1.7e308, 1.7e308, 1.0]),
    "denormal": np.array([0.0, 5e-324, 1e-323, 1.5e-323]),
    "huge and denormal": np.array([5e-324, 1e300] * 10),
    "neighbours": 1e16 + np.array([0.0, 2.0, 4.0]),
}
VALUES = np.array([0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1e-300, 1e300, -1e300, 1.79e308, -1.79e308, 0.1, 1e16])


def scaled(encoding: NumberEncoding, train: Numbers, values: Numbers | None = None) -> Numbers:
    return scale(fit_scaling(encoding, train), train if values is None else values)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda one: one.kind)
@pytest.mark.parametrize("train", TRAINING.values(), ids=TRAINING)
def test_every_input_is_finite_whatever_was_trained_on(encoding: NumberEncoding, train: Numbers) -> None:
    inputs = to_float32(scaled(encoding, train, np.concatenate([VALUES, train])))
    assert inputs.dtype == np.float32
    assert np.isfinite(inputs).all()


def test_every_encoding_of_numbers_is_tested() -> None:
    assert {type(one) for one in ENCODINGS} == set(get_args(NumberEncoding))


def test_min_max_and_standard_and_robust_are_those_of_scikit_learn() -> None:
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler  # noqa: PLC0415 (slow)

    column, more = HEAVY[:, None], np.linspace(-5000, 5000, 77)
    for encoding, theirs in ((MinMax(), MinMaxScaler()), (Standard(), StandardScaler())):
        expected = theirs.fit(column).transform(more[:, None])[:, 0]
        assert np.allclose(scaled(encoding, HEAVY, more), expected, rtol=1e-12, atol=1e-12)
    z = RobustScaler().fit(column).transform(more[:, None])[:, 0]
    assert np.allclose(scaled(Robust(), HEAVY, more), z / np.sqrt(1 + (z / 3) ** 2), rtol=1e-12)


def test_quantile_is_close_to_scikit_learn_between_the_tails() -> None:
    from sklearn.preprocessing import QuantileTransformer  # noqa: PLC0415 (slow)

    theirs = QuantileTransformer(n_quantiles=256, output_distribution="normal", subsample=None).fit(HEAVY[:, None])
    middle = np.quantile(HEAVY, np.linspace(0.02, 0.98, 200))
    assert np.allclose(scaled(Quantile(), HEAVY, middle), theirs.transform(middle[:, None])[:, 0], atol=0.01)


def test_quantile_is_linear_between_normal_scores_at_the_knots() -> None:
    from scipy.stats import norm  # noqa: PLC0415 (slow)

    train = RANDOM.normal(size=1000)
    shares = np.linspace(0, 1, 256)
    scores = norm.ppf(np.clip(shares, 1 / 2000, 1 - 1 / 2000))
    values = RANDOM.normal(size=500) * 1.5
    assert np.allclose(scaled(Quantile(), train, values), np.interp(values, np.quantile(train, shares), scores))


def test_quantile_gives_equal_values_the_middle_of_their_probabilities() -> None:
    train = np.repeat([0.0, 1.0, 2.0], [510, 255, 255])  # knots 0 … 127 are 0, 128 … 191 are 1, the others 2
    low, middle, high = scaled(Quantile(), train, np.array([0.0, 1.0, 2.0])).tolist()
    assert low == pytest.approx(-0.674, abs=0.01)  # Φ⁻¹(1/4)
    assert middle == pytest.approx(0.319, abs=0.01)  # Φ⁻¹(5/8)
    assert high == pytest.approx(1.150, abs=0.01)  # Φ⁻¹(7/8)


def test_quantile_stays_at_its_last_knot_and_within_5_2() -> None:
    train = np.linspace(0, 1, 100_000)
    low, high = scaled(Quantile(), train, np.array([-1e300, 1e300])).tolist()
    assert (low, high) == pytest.approx((-4.417, 4.417), abs=1e-3)  # Φ⁻¹(1/200 000)


def test_robust_bounds_outliers_at_three_and_takes_half_the_range_where_the_middle_is_constant() -> None:
    train = np.concatenate([np.zeros(90), np.linspace(0, 8, 10)])
    assert scaled(Robust(), train, np.array([4.0]))[0] == pytest.approx(1 / np.sqrt(1 + 1 / 9))
    assert scaled(Robust(), train, np.array([1e300, -1e300])) == pytest.approx([3, -3], rel=1e-10)


@pytest.mark.parametrize("encoding", ENCODINGS[:-1], ids=lambda one: one.kind)
@pytest.mark.parametrize("value", [0.1, 0.0, -1e300, 3.3e-324])
def test_a_constant_column_is_0_everywhere(encoding: NumberEncoding, value: float) -> None:
    assert scaled(encoding, np.full(37, value), np.array([value, 0.0, 5.0])).tolist() == [0, 0, 0]


def test_the_deviation_neither_overflows_nor_vanishes() -> None:
    values = RANDOM.normal(size=100)
    mean, deviation = mean_and_deviation(values)
    assert (mean, deviation) == (values.mean(), values.std())
    for factor in (1e300 / 8, 1e-300):
        assert mean_and_deviation(values * factor) == pytest.approx((mean * factor, deviation * factor), rel=1e-14)


def test_signed_log_is_exact_for_small_and_large_numbers() -> None:
    size = np.concatenate([np.logspace(-323, 300, 5000), RANDOM.uniform(0, 3, 1000), [0.0]])
    for x in (size, -size):
        assert np.allclose(signed_log(x), np.sign(x) * np.log1p(np.abs(x)), rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    ("missing", "expected"), [(Median(), 2.0), (Mean(), 5.25), (ConstantValue(value=-1), -1.0), (Refuse(), None)]
)
def test_what_a_missing_number_becomes(missing: AnyMissing, expected: float | None) -> None:
    assert fit_fill(missing, np.array([1.0, 16.0, 2.0, 2.0])) == expected
    assert fit_fill(missing, np.array([])) in (0.0, missing.value if isinstance(missing, ConstantValue) else expected)


def test_a_missing_number_that_is_refused_names_its_row() -> None:
    with pytest.raises(MissingInput, match="'age' is missing in row 2"):
        filled(np.array([1.0, 0.0]), np.array([False, True]), None, "age")
