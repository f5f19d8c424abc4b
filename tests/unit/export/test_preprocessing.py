"""Preprocessing in ONNX: the same float32 bits as in training."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from export.feeds import feeds
from gradus.spec.calendar import Calendar, DateEncoding, Elapsed
from gradus.spec.categories import CategoryEncoding, Embedding, Hashed, OneHot, Ordinal
from gradus.spec.column import ColumnSetting
from gradus.spec.missing import AnyMissing, ConstantValue, Mean, Median
from gradus.spec.numbers import MinMax, NoScaling, NumberEncoding, Quantile, Robust, SignedLog, Standard
from preprocessing.encode import Fitted, FittedNumber, FittedStandardized, transform
from preprocessing.fit import fit
from preprocessing.numbers import FittedMinMax
from preprocessing.table import Table
from tests.tables import facts_of, store
from tests.unit.export.preprocessed import encoded_by, session_of
from tests.unit.preprocessing.words import Words

ROWS = 300
NUMBERS: tuple[NumberEncoding, ...] = (MinMax(), Standard(), Robust(), Quantile(), SignedLog(), NoScaling())
CATEGORIES: tuple[CategoryEncoding, ...] = (
    OneHot(most=3),
    Ordinal(),
    Hashed(buckets=7),
    Embedding(most=2, size=3),
)
MISSING: tuple[AnyMissing, ...] = (Median(), Median(flag=True), Mean(flag=True), ConstantValue(value=-7.5, flag=True))
DATES: tuple[DateEncoding, ...] = (Calendar(), Elapsed())

Choice = tuple[NumberEncoding, CategoryEncoding, AnyMissing, DateEncoding]
CHOICES: list[Choice] = [
    (number, category, MISSING[(i + j) % 4], DATES[(i + j // 2) % 2])
    for i, number in enumerate(NUMBERS)
    for j, category in enumerate(CATEGORIES)
]


def test_every_pair_of_words_of_two_families_is_tried() -> None:
    families = (NUMBERS, CATEGORIES, MISSING, DATES)
    for a, first in enumerate(families):
        for b, second in enumerate(families[:a]):
            assert {(choice[a], choice[b]) for choice in CHOICES} == {(one, two) for one in first for two in second}


def extreme_columns(rows: int, seed: int) -> dict[str, Any]:
    """Columns of every type with missing, rare and extreme values."""
    draws = np.random.default_rng(seed)

    def with_gaps(values: NDArray[Any], gap: object = None) -> list[Any]:
        return [gap if draws.random() < 0.1 else value for value in values.tolist()]

    sizes = np.array([1e-300, 1e-9, 1e-3, 1.0, 1e5, 1e40, 1e300])
    start = np.datetime64("1890-02-28", "D")
    days = start + draws.integers(0, 120_000, rows)
    times = start.astype("datetime64[us]") + draws.integers(0, 120_000 * 86_400_000_000, rows)
    days[draws.random(rows) < 0.1] = times[draws.random(rows) < 0.1] = np.datetime64("NaT")
    return {
        "wild": with_gaps(draws.standard_normal(rows) * draws.choice(sizes, rows)),
        "constant": [3.5] * rows,
        "few": with_gaps(draws.choice([0.0, -0.0, 1.0, 2.0], rows)),
        "huge": draws.choice([np.nan, 1.0, 2.0, 1e308, -1e308], rows),
        "whole": with_gaps(draws.integers(-5, 5, rows)),
        "code": with_gaps(draws.integers(-3, 9, rows)),
        "yes": with_gaps(draws.random(rows) < 0.5),
        "city": with_gaps(draws.choice(["Bern", "Chur", "Ägeri", "", "北京", "a,b", " ", "NaN"], rows)),
        "letter": draws.choice(list("abcdef"), rows).tolist(),
        "day": days,
        "time": times,
    }


def same_bits(fitted: Fitted, table: Table) -> None:
    columns = table.chunk(fitted.names, 0, table.rows)
    if "huge" in columns:
        columns["huge"].values[::7] = np.inf
        columns["huge"].values[1::7] = -np.inf
    found, expected = encoded_by(session_of(fitted), feeds(fitted, columns)), transform(fitted, columns)
    different = np.flatnonzero((found != expected).any(axis=0))
    assert not len(different), f"inputs {different.tolist()}"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return store(tmp_path_factory.mktemp("extreme"), extreme_columns(ROWS, seed=1))


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: "-".join(word.kind for word in choice))
def test_every_pair_of_words_gives_the_same_bits(table: Table, choice: Choice) -> None:
    number, category, missing, dates = choice
    code = {"code": ColumnSetting(encode=category), "yes": ColumnSetting(encode=category)}
    words = Words(numbers=number, categories=category, missing=missing, dates=dates, columns=code)
    train = np.flatnonzero(np.arange(ROWS) % 3 == 0)  # so that the others have much that was not seen
    same_bits(fit(words, facts_of(table), table, train), table)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda word: word.kind)
def test_columns_may_differ_in_their_words(table: Table, number: NumberEncoding) -> None:
    words = Words(
        numbers=number, columns={"wild": ColumnSetting(encode=SignedLog()), "few": ColumnSetting(encode=Robust())}
    )
    same_bits(fit(words, facts_of(table), table, np.arange(ROWS)), table)


@pytest.mark.parametrize("train", [[], [0]])
@pytest.mark.parametrize("number", NUMBERS, ids=lambda word: word.kind)
def test_what_no_training_row_shows_has_the_same_answer(table: Table, number: NumberEncoding, train: list[int]) -> None:
    rows = np.array(train, dtype=np.intp)
    same_bits(fit(Words(numbers=number), facts_of(table), table, rows), table)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda word: word.kind)
def test_images_and_arrays_give_the_same_bits(tmp_path: Path, number: NumberEncoding) -> None:
    draws = np.random.default_rng(0)
    signal = draws.standard_normal((20, 3, 4)) * 10.0 ** draws.integers(-3, 4, (20, 3, 4))
    signal[draws.random(signal.shape) < 0.1] = np.nan
    columns: dict[str, Any] = {
        "photo": draws.integers(0, 256, (20, 4, 5, 3), dtype=np.uint8),
        "signal": signal,
        "counts": draws.integers(0, 9, (20, 6)),
        "x": draws.standard_normal(20),
    }
    stored = store(tmp_path, columns)
    same_bits(fit(Words(numbers=number), facts_of(stored), stored, np.arange(0, 20, 2)), stored)


def test_standardized_inputs_give_the_same_bits(tmp_path: Path) -> None:
    stored = store(tmp_path, {"x": np.random.default_rng(0).standard_normal(200) * 1e3})
    scaled = FittedNumber(
        column="x",
        type="number",
        scaling=FittedMinMax(low=-3.0, high=1.0),
        fill=None,
        flag=False,
        least=-3.0,
        largest=1.0,
    )
    same_bits(Fitted(digest="", columns=(FittedStandardized(scaled=scaled, mean=(0.3,), deviation=(0.7,)),)), stored)


def test_a_text_that_is_a_value_does_not_stand_for_a_missing_one(table: Table) -> None:
    words = Words(categories=OneHot())
    markers = {
        column.column: column.missing_text
        for column in fit(words, facts_of(table), table, np.arange(ROWS)).columns
        if column.kind == "one_hot"
    }
    assert markers == {"city": "<missing>", "letter": ""}


@pytest.mark.parametrize("name", ["constant", "encoded", "preprocessing/Sub", "prediction", "a b\n", "é"])
def test_a_column_may_have_any_name(tmp_path: Path, name: str, table: Table) -> None:
    if name == "encoded":
        name = "encoded_"
    stored = store(tmp_path, {name: [1.0, None, 3.0], "city": ["a", "b", None]})
    same_bits(fit(Words(), facts_of(stored), stored, np.arange(3)), stored)
