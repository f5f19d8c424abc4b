"""Reading a stored table."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from preprocessing import stored_columns
from preprocessing import table as table_module
from tests.tables import store

COLUMNS: dict[str, Any] = {
    "age": [41.5, None, 0.1, -1e300],
    "n": [3, 2**60, None, -1],
    "yes": [True, None, False, True],
    "city": ["Chur", None, "Ägypten", "Bern"],
    "day": np.array(["1969-12-31", "NaT", "2024-02-29", "1600-01-01"], dtype="datetime64[D]"),
    "at": np.array(["2024-02-29T12:30:00.000001", "NaT", "1969-12-31T23:59:59", "1970-01-01"], dtype="datetime64[us]"),
    "pixels": np.arange(4 * 2 * 3 * 1, dtype=np.uint8).reshape(4, 2, 3, 1),
}
VALUES: dict[str, list[object]] = {
    "n": [3, 2**60, 0, -1],
    "yes": [True, False, False, True],
    "day": [-1, 0, 19782, -135140],
    "at": [1709209800000001, 0, -1000000, 0],
}


def test_every_type_of_column_is_read_as_it_was_stored(tmp_path: Path) -> None:
    table = store(tmp_path, COLUMNS)
    for name, values in VALUES.items():
        assert table.column(name).values.tolist() == values
    assert np.array_equal(table.column("age").values, [41.5, np.nan, 0.1, -1e300], equal_nan=True)
    assert table.column("city").categories == ("Bern", "Chur", "Ägypten")
    assert table.column("city").values.tolist() == [1, -1, 2, 0]
    assert np.array_equal(table.column("pixels").values, COLUMNS["pixels"])
    assert {name: np.flatnonzero(table.column(name).missing).tolist() for name in COLUMNS} == {
        "age": [1],
        "n": [2],
        "yes": [1],
        "city": [1],
        "day": [1],
        "at": [1],
        "pixels": [],
    }


@pytest.mark.parametrize("rows", [1, 1000, 2500])
def test_chunks_make_up_the_column(tmp_path: Path, rows: int) -> None:
    values = np.random.default_rng(0).integers(0, 50, 2500)
    table = store(tmp_path, {"n": values[:rows], "word": [f"w{value}" for value in values[:rows]]}, row_group=2048)
    pieces = list(table.chunks(["word", "n"], rows=300))
    assert [first for first, _ in pieces] == list(range(0, rows, 300))
    assert np.concatenate([chunk["n"].values for _, chunk in pieces]).tolist() == values[:rows].tolist()
    words = [chunk["word"].categories[code] for _, chunk in pieces for code in chunk["word"].values]
    assert words == [f"w{value}" for value in values[:rows]]
    whole = table.column("word")
    assert [whole.categories[code] for code in whole.values] == words
    assert whole.categories == tuple(sorted(set(words)))


@pytest.mark.parametrize("together", [True, False], ids=["many columns together", "row group by row group"])
def test_some_rows_are_those_of_the_column(together: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not together:
        monkeypatch.setattr(stored_columns, "GROUP_CELLS", 1)
        monkeypatch.setattr(table_module, "ROW_GROUP", 1000)
    n = 5000
    columns: dict[str, Any] = {
        "x": np.where(np.arange(n) % 9 == 0, np.nan, np.arange(n) / 3),
        "word": [None if i % 7 == 0 else f"w{i % 1300}" for i in range(n)],
        "day": np.datetime64("2020-01-01") + np.arange(n),
    }
    table = store(tmp_path, columns)
    for rows in (np.arange(n), np.arange(1100, 1200), np.flatnonzero(np.arange(n) % 13 == 2), np.arange(0)):
        for name, found in table.taken(list(columns), rows):
            whole = table.column(name)
            assert np.array_equal(found.missing, whole.missing[rows])
            if name == "word":
                texts = [found.categories[code] if code >= 0 else None for code in found.values]
                assert texts == [columns["word"][i] for i in rows]
                assert list(found.categories) == sorted(found.categories)
            else:
                assert np.array_equal(found.values, whole.values[rows], equal_nan=True)
