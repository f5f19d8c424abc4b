"""Encoding the columns of a table."""

import hashlib
from itertools import product
from math import cos, pi, sin
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from pydantic import TypeAdapter

from gradus.encoding import blocks
from gradus.spec.calendar import Calendar, DateEncoding, Elapsed
from gradus.spec.categories import CategoryEncoding, Embedding, Hashed, OneHot, Ordinal
from gradus.spec.column import Column as ColumnWord
from gradus.spec.column import ColumnSetting
from gradus.spec.missing import AnyMissing, ConstantValue, Mean, Median, Refuse
from gradus.spec.numbers import MinMax, NoScaling, NumberEncoding, Quantile, Robust, SignedLog, Standard
from preprocessing.column import Column, column_of_texts
from preprocessing.encode import Fitted, read_fitted, transform, write_fitted
from preprocessing.fit import fit
from preprocessing.missing import MissingInput
from preprocessing.table import Table
from tests.tables import facts_of, store
from tests.unit.preprocessing.words import Words

SETTINGS: TypeAdapter[dict[str, ColumnSetting]] = TypeAdapter(dict[str, ColumnWord])


def encoded(table: Table, words: Words, train: list[int] | None = None) -> np.ndarray[Any, np.dtype[np.float32]]:
    """All rows of a table, encoded with the statistics of the rows `train`."""
    rows = np.arange(table.rows) if train is None else np.array(train)
    fitted = fit(words, facts_of(table), table, rows)
    assert fitted.inputs == sum(block.width for block in blocks(words, facts_of(table)))
    return transform(fitted, table.chunk(fitted.names, 0, table.rows))


def test_columns_and_flags_stand_where_the_plan_says(tmp_path: Path) -> None:
    columns: dict[str, Any] = {
        "age": [10.0, None, 30.0],
        "y": [0, 1, 0],
        "city": ["b", "a", "b"],
        "yes": [True, False, None],
    }
    words = Words(missing=Median(flag=True))
    assert encoded(store(tmp_path, columns), words).tolist() == [
        [0, 0, 1, 0, 1, 0],
        [0.5, 1, 0, 1, 0, 0],
        [1, 0, 1, 0, 0.5, 1],  # the median of true and false
    ]


def test_one_hot_is_that_of_scikit_learn(tmp_path: Path) -> None:
    from sklearn.preprocessing import OneHotEncoder  # noqa: PLC0415 (slow)

    cities = np.random.default_rng(0).choice(["Bern", "Chur", "Ägeri", "Zug"], 300, p=[0.4, 0.3, 0.2, 0.1])
    theirs = OneHotEncoder(categories=[["Bern", "Chur", "Ägeri", "Zug"]]).fit_transform(cities[:, None]).toarray()
    assert np.array_equal(encoded(store(tmp_path, {"city": list(cities)}), Words()), theirs)


CITIES = ["a", "b", "b", "c", "c", "c", "d", None, "e"]


@pytest.mark.parametrize(
    ("encoding", "train", "expected"),
    [
        # All five are known: c and b by frequency, then a, d, e; the last input is for the missing one.
        (OneHot(), list(range(9)), ["a..1...", "b.1....", "b.1....", "c1.....", "d...1..", "?.....1", "e....1."]),
        # Two of five have an input of their own, the others share the next.
        (OneHot(most=2), list(range(9)), ["a..1.", "b.1..", "c1...", "d..1.", "?...1", "e..1."]),
        (OneHot(most=2, rare="zeros"), list(range(9)), ["a...", "b.1.", "c1..", "d...", "?..1", "e..."]),
        (Embedding(most=2), list(range(9)), ["a..1.", "b.1..", "c1...", "d..1.", "?...1"]),
        # Trained on b, c and missing alone: the width stays, a, d and e were not seen.
        (OneHot(), [1, 2, 3, 7], ["a......", "b1.....", "c.1....", "d......", "?.....1"]),
        (OneHot(most=2), [1, 2, 3, 7], ["a..1.", "b1...", "c.1..", "d..1.", "?...1"]),
        (OneHot(most=1), [1, 2, 3, 7], ["a.1.", "b1..", "c.1.", "?..1"]),
    ],
)
def test_rare_unseen_and_missing_categories_have_a_defined_answer(
    tmp_path: Path, encoding: CategoryEncoding, train: list[int], expected: list[str]
) -> None:
    inputs = encoded(store(tmp_path, {"city": CITIES}), Words(categories=encoding), train)
    for row in expected:
        at = CITIES.index(None if row[0] == "?" else row[0])
        assert "".join("1" if x else "." for x in inputs[at]) == row[1:], row


def test_an_order_is_scaled_to_one_and_its_strangers_are_minus_one(tmp_path: Path) -> None:
    table = store(tmp_path, {"size": ["S", "L", "M", None, "XXL"]})
    order = Ordinal(order=("S", "M", "L"))
    assert encoded(table, Words(categories=order))[:, 0].tolist() == [0, 1, 0.5, -1, -1]
    assert encoded(table, Words(categories=Ordinal()), train=[0, 1, 2])[:, 0].tolist() == [1, 0, 0.5, -1, -1]
    assert encoded(table, Words(categories=Ordinal()), train=[0])[:, 0].tolist() == [0, -1, -1, -1, -1]


def test_integers_are_ordered_as_numbers(tmp_path: Path) -> None:
    table = store(tmp_path, {"n": [10, 2, 1, 10, -3]})
    words = Words(columns={"n": ColumnSetting(encode=Ordinal())})
    assert encoded(table, words)[:, 0].tolist() == pytest.approx([1, 2 / 3, 1 / 3, 1, 0])


def test_a_hash_is_the_sha_256_of_the_text(tmp_path: Path) -> None:
    names = ["Zürich", "Bern", None]
    inputs = encoded(store(tmp_path, {"city": names}), Words(categories=Hashed(buckets=7)), train=[2])
    for row, name in zip(inputs, names, strict=True):
        bucket = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 7 if name else None
        assert np.flatnonzero(row).tolist() == ([] if bucket is None else [bucket])


def test_integers_and_booleans_may_be_categories(tmp_path: Path) -> None:
    columns = SETTINGS.validate_python({"n": {"encode": "one_hot"}, "yes": {"encode": "one_hot"}})
    table = store(tmp_path, {"n": [-1, 12, 12], "yes": [False, False, True]})
    assert encoded(table, Words(columns=columns)).tolist() == [[0, 1, 1, 0], [1, 0, 1, 0], [1, 0, 0, 1]]


def test_a_date_is_days_since_the_first_training_date_and_two_cycles(tmp_path: Path) -> None:
    days = np.array(["2024-01-01", "2024-03-31", "NaT", "2023-12-31"], "datetime64[D]")  # a Monday, two Sundays
    inputs = encoded(store(tmp_path, {"day": days}), Words(numbers=NoScaling()), train=[0, 1])
    expected: list[list[float]] = [
        [0, 0, 1, 0, 1, 0],
        [90, sin(2 * pi * 2 / 12), cos(2 * pi * 2 / 12), sin(2 * pi * 6 / 7), cos(2 * pi * 6 / 7), 0],
        [0, 0, 0, 0, 0, 1],
        [-1, sin(2 * pi * 11 / 12), cos(2 * pi * 11 / 12), sin(2 * pi * 6 / 7), cos(2 * pi * 6 / 7), 0],
    ]
    assert np.allclose(inputs, expected, atol=1e-7)


def test_a_time_has_a_cycle_of_the_day_and_elapsed_has_none(tmp_path: Path) -> None:
    times = np.array(["1969-12-31T18:00", "1970-01-02T06:00"], "datetime64[us]")  # a Wednesday, a Friday
    table = store(tmp_path, {"at": times})
    inputs = encoded(table, Words(numbers=NoScaling()))
    assert np.allclose(inputs[:, 0], [0, 1.5])
    assert np.allclose(inputs[:, 3], [sin(2 * pi * 2 / 7), sin(2 * pi * 4 / 7)])
    assert np.allclose(inputs[:, 5:], [[-1, 0], [1, 0]], atol=1e-7)
    assert np.allclose(encoded(table, Words(numbers=MinMax(), dates=Elapsed())), [[0], [1]])


def test_pixels_are_divided_by_255_in_row_major_order(tmp_path: Path) -> None:
    images = np.arange(2 * 2 * 3 * 2, dtype=np.uint8).reshape(2, 2, 3, 2) * 10
    inputs = encoded(store(tmp_path, {"photo": images}), Words())
    assert np.array_equal(inputs, images.reshape(2, 12).astype(np.float32) / np.float32(255))


def test_each_element_of_an_array_is_scaled_on_its_own(tmp_path: Path) -> None:
    arrays = np.array([[[0.0, 10.0], [5.0, 1.0]], [[1.0, 30.0], [5.0, np.nan]], [[2.0, 20.0], [5.0, 3.0]]])
    inputs = encoded(store(tmp_path, {"signal": arrays}), Words())
    assert inputs.tolist() == [[0, 0, 0, 0], [0.5, 1, 0, 0.5], [1, 0.5, 0, 1]]


def test_only_training_rows_are_learned_from(tmp_path: Path) -> None:
    table = store(tmp_path, {"x": [1.0, 2.0, 3.0, 100.0, None]})
    assert encoded(table, Words(), train=[0, 1, 2])[:, 0].tolist() == [0, 0.5, 1, 49.5, 0.5]


def test_missing_where_no_training_row_misses_it_is_filled(tmp_path: Path) -> None:
    fitted = fit(
        Words(), facts_of(table := store(tmp_path, {"x": [1.0, 2.0, 6.0], "c": ["a", "b", "a"]})), table, np.arange(3)
    )
    nothing = {"x": Column(np.array([np.nan]), np.array([True])), "c": column_of_texts([""], np.array([True]))}
    assert np.allclose(transform(fitted, nothing), [[0.2, 0, 0]])


def test_a_missing_value_that_is_refused_is_an_error_in_any_later_row(tmp_path: Path) -> None:
    table = store(tmp_path, {"x": [1.0, 2.0]})
    fitted = fit(Words(missing=Refuse()), facts_of(table), table, np.arange(2))
    with pytest.raises(MissingInput, match="'x' is missing in row 1"):
        transform(fitted, {"x": Column(np.array([np.inf]), np.array([False]))})


RANDOM = np.random.default_rng(1)
N = 400
WILD: dict[str, Any] = {
    "x": [None if i % 17 == 0 else x for i, x in enumerate((RANDOM.standard_t(1.2, N) * 10).tolist())],
    "tiny": (RANDOM.normal(size=N) * 1e-310).tolist(),
    "n": RANDOM.integers(-5, 6, N),
    "yes": [None if i % 29 == 0 else i % 3 == 0 for i in range(N)],
    "city": [None if i % 23 == 0 else f"c{i}" for i in RANDOM.geometric(0.2, N).tolist()],
    "day": np.array([20_000 if i % 2 else -300 * i for i in range(N)], "datetime64[D]"),
    "at": np.array(["NaT" if i % 31 == 0 else f"20{i % 90 + 10}-05-01T11:22:33" for i in range(N)], "datetime64[us]"),
    "signal": RANDOM.normal(size=(N, 3)).astype(np.float32),
}
NUMBERS: list[NumberEncoding] = [MinMax(), Standard(), Robust(), Quantile(), SignedLog(), NoScaling()]
CATEGORIES: list[CategoryEncoding] = [OneHot(most=3), Ordinal(), Hashed(), Embedding(most=3)]
MISSING: list[AnyMissing] = [Median(flag=True), Mean(), ConstantValue(value=-1e300, flag=True)]
DATES: list[DateEncoding] = [Calendar(), Elapsed()]


def wild_rows(n: int) -> dict[str, Column]:
    """Rows with values that no training row is similar to."""
    extreme = np.array([np.nan, np.inf, -np.inf, 1.79e308, -1e300, 5e-324, 0.0, -0.0, 1e16])
    missing = RANDOM.random(n) < 0.1
    far = RANDOM.integers(-(2**62), 2**62, n)
    days = RANDOM.integers(-700_000, 2_900_000, n)
    numbers = np.where(RANDOM.random(n) < 0.3, RANDOM.choice(extreme, n), RANDOM.normal(size=n) * 1e3)
    texts = column_of_texts([f"c{i}" for i in RANDOM.integers(0, 500, n)], missing)
    return {
        "x": Column(numbers, missing),
        "tiny": Column(numbers[::-1].copy(), missing),
        "n": Column(far, missing),
        "yes": Column(far % 2 == 0, missing),
        "city": texts,
        "day": Column(days, missing),
        "at": Column(days * 86_400_000_000 + 7, missing),
        "signal": Column(np.stack([numbers] * 3, axis=1), np.zeros(n, dtype=np.bool_)),
    }


def test_ten_thousand_wild_rows_stay_finite_through_every_pair_of_words(tmp_path: Path) -> None:
    assert {type(one) for one in CATEGORIES} == set(get_args(CategoryEncoding))
    table, rows = store(tmp_path, WILD), wild_rows(10_000)
    facts = facts_of(table)
    for i, (numbers, categories) in enumerate(product(NUMBERS, CATEGORIES)):
        missing, dates = MISSING[i % 3], DATES[i % 2]
        words = Words(numbers=numbers, categories=categories, missing=missing, dates=dates)
        inputs = transform(fit(words, facts, table, np.arange(0, N, 2)), rows)
        assert inputs.shape == (10_000, sum(block.width for block in blocks(words, facts)))
        assert np.isfinite(inputs).all(), words


def test_a_fitted_preprocessing_is_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    table = store(tmp_path, WILD)
    columns = SETTINGS.validate_python(
        {"n": {"encode": "hash"}, "x": {"encode": "quantile"}, "yes": {"encode": "ordinal"}}
    )
    words = Words(columns=columns, numbers=Robust(), missing=Median(flag=True))
    fitted = fit(words, facts_of(table), table, np.arange(N))
    write_fitted(fitted, tmp_path)
    assert read_fitted(tmp_path) == fitted
    rows = wild_rows(500)
    assert transform(read_fitted(tmp_path), rows).tobytes() == transform(fitted, rows).tobytes()


def test_numbers_in_the_document_have_the_same_bits_again() -> None:
    bits = np.random.default_rng(0).integers(0, 2**64, 20_000, dtype=np.uint64).view(np.float64)
    numbers = [float(x) for x in bits[np.isfinite(bits)]] + [
        5e-324,
        2.2250738585072014e-308,
        -0.0,
        1.7976931348623157e308,
    ]
    scalings = [{"kind": "min_max", "low": low, "high": high} for low, high in zip(numbers, numbers[::-1], strict=True)]
    column = {"kind": "array", "column": "x", "scalings": scalings, "fills": [None] * len(scalings)}
    fitted = Fitted.model_validate({"digest": "", "columns": [column]})
    again = Fitted.model_validate_json(fitted.model_dump_json())
    assert repr(again) == repr(fitted)
