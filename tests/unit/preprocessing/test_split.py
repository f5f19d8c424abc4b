"""Splits of a table's rows."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import TypeAdapter

from gradus.encoding import Misfit
from gradus.facts import FileFacts
from gradus.spec.split import AnySplit
from gradus.split_sizes import part_sizes
from preprocessing.split import LEFT_OUT, TEST, TRAIN, VALIDATION, Parts, assign
from preprocessing.table import Table
from tests.tables import store

SPLITS: TypeAdapter[AnySplit] = TypeAdapter(AnySplit)
ROWS = 200
CLASSES = np.repeat(np.arange(4, dtype=np.int32), [120, 60, 19, 1])
RANDOM = np.random.default_rng(0)
COLUMNS: dict[str, Any] = {
    "x": np.arange(ROWS),
    "household": RANDOM.integers(0, 40, ROWS),
    "day": np.array(
        [date(2024, 1, 1) + timedelta(int(days)) for days in RANDOM.integers(0, 90, ROWS)], "datetime64[D]"
    ),
    "name": [f"name {i}" for i in range(ROWS)],
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return store(tmp_path_factory.mktemp("table"), COLUMNS)


def parts_of(table: Table, strata: NDArray[np.int32] | None = CLASSES, **words: Any) -> Parts:
    return assign(SPLITS.validate_python(words), table, np.ones(table.rows, dtype=np.bool_), strata)


def sizes(parts: Parts) -> list[int]:
    return [int((parts == part).sum()) for part in (TRAIN, VALIDATION, TEST)]


def refusal(table: Table, **words: Any) -> str:
    with pytest.raises(Misfit) as refused:
        parts_of(table, **words)
    assert refused.value.place[0] == "split"
    return str(refused.value)


SEEDED: list[dict[str, Any]] = [
    {"kind": "random"},
    {"kind": "stratified"},
    {"kind": "grouped", "column": "household"},
    {"kind": "hash", "columns": ["name"]},
]


def test_a_random_split_has_the_sizes_that_are_planned(table: Table) -> None:
    parts = parts_of(table, kind="random", validation=0.1, test=30)
    assert sizes(parts) == list(part_sizes([ROWS], 0.1, 30)[0]) == [150, 20, 30]


def test_a_stratified_split_has_the_planned_sizes_of_each_class(table: Table) -> None:
    parts = parts_of(table, kind="stratified")
    planned = part_sizes([120, 60, 19, 1], 0.1, 0.2)
    assert [tuple(sizes(parts[one == CLASSES])) for one in range(4)] == list(planned)
    assert planned[3] == (1, 0, 0)


@pytest.mark.parametrize("words", SEEDED)
def test_the_seed_of_the_split_moves_rows_and_nothing_else_does(table: Table, words: dict[str, Any]) -> None:
    first = parts_of(table, **words)
    assert np.array_equal(first, parts_of(table, **words))
    assert not np.array_equal(first, parts_of(table, **words, seed=1))


def test_the_draws_never_change(table: Table) -> None:
    """The metrics of stored experiments were measured on these rows."""
    drawn = {str(words["kind"]): np.flatnonzero(parts_of(table, **words) == TEST)[:6].tolist() for words in SEEDED}
    assert drawn == {
        "random": [11, 17, 27, 29, 32, 36],
        "stratified": [11, 17, 23, 27, 29, 32],
        "grouped": [2, 11, 12, 18, 19, 26],
        "hash": [8, 9, 13, 14, 18, 19],
    }


def test_another_table_is_split_otherwise(table: Table, tmp_path: Path) -> None:
    other = store(tmp_path, COLUMNS | {"x": np.arange(ROWS) + 1})
    for words in SEEDED[:3]:
        assert not np.array_equal(parts_of(table, **words), parts_of(other, **words))


def test_a_larger_test_part_contains_the_smaller(table: Table) -> None:
    small, large = (parts_of(table, kind="random", test=test) for test in (10, 50))
    assert set(np.flatnonzero(small == TEST)) < set(np.flatnonzero(large == TEST))


def test_rows_that_are_not_kept_are_in_no_part(table: Table) -> None:
    kept = np.arange(ROWS) % 2 == 0
    parts = assign(SPLITS.validate_python({"kind": "random", "test": 0.25}), table, kept)
    assert (parts[~kept] == LEFT_OUT).all()
    assert sizes(parts) == [65, 10, 25]


@pytest.mark.parametrize("seed", range(5))
def test_the_rows_of_a_group_stay_together(table: Table, seed: int) -> None:
    parts = parts_of(table, kind="grouped", column="household", seed=seed)
    groups = [set(COLUMNS["household"][parts == part]) for part in (TRAIN, VALIDATION, TEST)]
    assert all(groups)
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]
    largest = np.bincount(COLUMNS["household"]).max()
    assert sizes(parts) == pytest.approx([140, 20, 40], abs=float(largest))


def test_a_group_that_would_overshoot_a_part_is_trained_on(tmp_path: Path) -> None:
    table = store(tmp_path, {"g": [0] * 80 + list(range(1, 21))})
    for seed in range(5):
        parts = parts_of(table, None, kind="grouped", column="g", seed=seed, validation=5, test=10)
        assert sizes(parts) == [85, 5, 10]


def test_rows_without_a_group_are_groups_of_their_own(tmp_path: Path) -> None:
    table = store(tmp_path, {"g": ["a"] * 5 + [None] * 5})
    assert sizes(parts_of(table, None, kind="grouped", column="g", validation=2, test=2)) == [6, 2, 2]


def test_fewer_groups_than_parts_are_refused(tmp_path: Path) -> None:
    table = store(tmp_path, {"g": ["a"] * 5 + ["b"] * 5})
    says = refusal(table, strata=None, kind="grouped", column="g")
    assert says == "'g' has 2 groups, but there are 3 parts: each needs a group"


def test_the_past_predicts_the_future(table: Table) -> None:
    parts = parts_of(table, kind="time", column="day")
    days = COLUMNS["day"]
    assert days[parts == TRAIN].max() < days[parts == VALIDATION].min()
    assert days[parts == VALIDATION].max() < days[parts == TEST].min()
    most = np.unique(days, return_counts=True)[1].max()
    assert sizes(parts) == pytest.approx([140, 20, 40], abs=float(most))


@pytest.mark.parametrize(
    ("times", "validation", "test", "expected"),
    [
        ([5, 1, 4, 2, 3], 1, 1, [2, 0, 1, 0, 0]),
        ([1, 1, 1, 2, 2, 3], 1, 2, [0, 0, 0, 1, 1, 2]),  # the cut in 2, 2 goes to the nearer end; ties to the earlier
        ([1, 2, 3, 4, 4, 4, 4], 1, 3, [0, 0, 1, 2, 2, 2, 2]),
        ([1, 2, 3, 4], 0, 2, [0, 0, 2, 2]),
        ([1, 2, 3, 4], 2, 0, [0, 0, 1, 1]),
    ],
)
def test_equal_times_stay_together(
    tmp_path: Path, times: list[int], validation: int, test: int, expected: list[int]
) -> None:
    table = store(tmp_path, {"t": times})
    assert parts_of(table, None, kind="time", column="t", validation=validation, test=test).tolist() == expected


def test_rows_without_a_time_are_left_out(tmp_path: Path) -> None:
    table = store(tmp_path, {"t": [1.0, None, 2.0, 3.0]})
    assert parts_of(table, None, kind="time", column="t", validation=1, test=1).tolist() == [0, -1, 1, 2]


def test_instants_take_the_place_of_sizes(table: Table) -> None:
    parts = parts_of(table, kind="time", column="day", validation_from="2024-02-10", test_from="2024-03-01T00:00:00Z")
    days = COLUMNS["day"]
    assert np.array_equal(parts == TEST, days >= np.datetime64("2024-03-01"))
    assert np.array_equal(parts == TRAIN, days < np.datetime64("2024-02-10"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"column": "name"}, "'name' has the type text: a split by time needs dates"),
        ({"column": "day", "test_from": "1 March"}, "'1 March' is not a date in ISO 8601"),
        ({"column": "day", "test_from": "0001-01-01T00:00+14:00"}, "is not a date in ISO 8601"),
        ({"column": "day", "test_from": "2030-01-01"}, "no row of 'day' is left from 2030-01-01"),
        ({"column": "day", "validation_from": "2020-01-01"}, "no row of 'day' is left before 2020-01-01"),
        ({"column": "day", "validation": 100, "test": 100}, "leave none of the 200 rows for training"),
    ],
)
def test_a_split_by_time_that_leaves_a_part_empty_is_refused(table: Table, words: dict[str, Any], says: str) -> None:
    assert says in refusal(table, kind="time", **words)


def test_equal_times_that_fill_a_part_are_refused(tmp_path: Path) -> None:
    table = store(tmp_path, {"t": [1, 1, 1, 1]})
    assert "4 of 4 rows have the same 't'" in refusal(table, strata=None, kind="time", column="t", validation=1, test=1)


def test_a_column_without_any_time_is_refused(tmp_path: Path) -> None:
    table = store(tmp_path, {"t": np.array(["NaT"] * 3, "datetime64[D]"), "x": [1, 2, 3]})
    assert "'t' is missing in all rows" in refusal(table, strata=None, kind="time", column="t")


def test_a_column_says_the_parts(tmp_path: Path) -> None:
    words = ["train"] * 12 + ["validation"] * 3 + ["test"] * 5
    table = store(tmp_path, {"part": words})
    assert sizes(parts_of(table, None, kind="column", column="part")) == [12, 3, 5]


def test_other_words_in_the_split_column_are_refused_with_their_counts(tmp_path: Path) -> None:
    table = store(tmp_path, {"part": ["train"] * 12 + ["tset"] * 5 + [None]})
    says = refusal(table, strata=None, kind="column", column="part")
    assert says == "'part' has '' in 1 rows, 'tset' in 5 rows: it must say train, validation, test in each row"


FILES = (FileFacts(name="a.csv", rows=150, split="train"), FileFacts(name="b.csv", rows=50, split="test"))


def test_files_keep_the_part_they_were_uploaded_as(tmp_path: Path) -> None:
    table = store(tmp_path, COLUMNS, files=FILES)
    parts = parts_of(table, kind="files", validation=30)
    assert sizes(parts) == [120, 30, 50]
    assert (parts[150:] == TEST).all()
    validation = np.bincount(CLASSES[parts == VALIDATION], minlength=4)
    assert validation.tolist() == [
        one[1] for one in part_sizes(np.bincount(CLASSES[:150], minlength=4).tolist(), 30, 0)
    ]


def test_files_of_unknown_part_are_refused(table: Table) -> None:
    assert refusal(table, kind="files") == ("the upload did not give the part of 'table.csv': choose another split")


def test_a_hash_split_keeps_the_part_of_each_row_when_more_rows_come(table: Table, tmp_path: Path) -> None:
    more = store(tmp_path, {"name": [f"name {i}" for i in range(3 * ROWS)], "n": np.arange(3 * ROWS) / 2})
    parts = parts_of(table, kind="hash", columns=["name"])
    assert np.array_equal(parts_of(more, None, kind="hash", columns=["name"])[:ROWS], parts)
    assert all(sizes(parts))


def test_a_hash_does_not_depend_on_the_type_of_a_number(tmp_path: Path) -> None:
    """Rows that are added later may turn a column of integers into one of decimal numbers."""
    integers = store(tmp_path / "a", {"k": np.arange(50)})
    numbers = store(tmp_path / "b", {"k": [*range(50), 0.5]})
    assert np.array_equal(
        parts_of(integers, None, kind="hash", columns=["k"]), parts_of(numbers, None, kind="hash", columns=["k"])[:50]
    )


@pytest.mark.parametrize(("validation", "test"), [(0.1, 0.2), (0.0, 0.5), (0.3, 0.0)])
def test_a_hash_split_has_about_the_shares(tmp_path: Path, validation: float, test: float) -> None:
    table = store(tmp_path, {"k": np.arange(4000), "l": ["a", "b"] * 2000})
    found = sizes(parts_of(table, None, kind="hash", columns=["k", "l"], validation=validation, test=test))
    deviations = [4000**0.5 / 2 * 4] * 3  # four standard deviations of a binomial, at most
    for size, share, most in zip(found, (1 - validation - test, validation, test), deviations, strict=True):
        assert abs(size - 4000 * share) < most


def test_pictures_are_no_groups(tmp_path: Path) -> None:
    table = store(tmp_path, {"p": np.zeros((9, 2, 2, 1), np.uint8), "x": list(range(9))})
    assert "'p' has the type image" in refusal(table, strata=None, kind="grouped", column="p")


def test_stratified_needs_classes(table: Table) -> None:
    assert "needs one target that is a class" in refusal(table, strata=None, kind="stratified")


def test_parts_that_leave_nothing_to_train_are_refused(table: Table) -> None:
    assert "leave none of the 200 rows for training" in refusal(table, kind="random", validation=100, test=100)
