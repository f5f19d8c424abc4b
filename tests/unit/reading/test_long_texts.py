"""Long texts are held in memory a few rows at a time, which does not change the results."""

from pathlib import Path

import pytest

from preprocessing import stored_columns, stored_names
from preprocessing.digest import digest_of
from preprocessing.parquet_copy import copy_with_names
from preprocessing.table import PARQUET, Table
from reading.stored import column_facts
from tests.duck import cursor
from tests.reading_here import read_here
from tests.unit.reading.test_parquet import parquet

ROWS, BYTES = 6000, 1000
TEXTS = [f"t{i % 5000}".ljust(BYTES, "x") if i % 11 else "" for i in range(ROWS)]


def group_rows(path: Path) -> list[int]:
    with cursor() as connection:
        query = f"SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata('{path}') ORDER BY 1"  # noqa: S608
        return [rows for _, rows in connection.execute(query).fetchall()]


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_names, "_GROUP_BYTES", 1 << 20, raising=False)


@pytest.mark.usefixtures("small_groups")
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_row_group_has_few_rows_of_long_texts(kind: str, tmp_path: Path) -> None:
    content = "\n".join(["n,t", *(f"{i},{text}" for i, text in enumerate(TEXTS))]).encode()
    if kind == "parquet":
        query = f"SELECT range AS n, repeat('x', {BYTES}) || range AS t FROM range({ROWS})"  # noqa: S608
        content = parquet(tmp_path, query)
    table = read_here(tmp_path, {f"a.{kind}": content})
    copy_with_names(table, tmp_path / "copy.parquet")
    for path in (table.folder / PARQUET, tmp_path / "copy.parquet"):
        groups = group_rows(path)
        assert sum(groups) == ROWS
        assert max(groups) < ROWS / 2
    assert table.column("n").values.tolist() == list(range(ROWS))


def texts(folder: Path) -> Table:
    folder.mkdir()
    return read_here(folder, {"a.csv": "\n".join(["n,t", *(f"{i},{text}" for i, text in enumerate(TEXTS))]).encode()})


def test_facts_values_and_digest_do_not_depend_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = texts(tmp_path / "a")
    monkeypatch.setattr(stored_names, "_GROUP_BYTES", 1 << 20)
    for module in (stored_columns, column_facts):
        monkeypatch.setattr(module, "GROUP_TEXT", 1 << 20)
    few = texts(tmp_path / "b")
    monkeypatch.setattr(column_facts, "FEW_ROWS", 0)
    many = texts(tmp_path / "c")
    assert few.read.digest == many.read.digest == plain.read.digest == digest_of(plain)
    assert few.read.columns[1] == many.read.columns[1] == plain.read.columns[1]
    assert few.column("t").categories == plain.column("t").categories
    assert [list(group) for group in few.groups(["n", "t"])] == [["n"], ["t"]]
