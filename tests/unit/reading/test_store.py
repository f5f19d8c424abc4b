"""The stored table has the rows that a reader gave, and correct facts about them."""

from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import duckdb
import numpy as np
import pytest

from gradus.facts import ColumnType, FileFacts
from gradus.wire.table import ReadTable
from preprocessing import stored_names
from preprocessing.digest import digest_of
from preprocessing.parquet_copy import copy_with_names
from preprocessing.stored_columns import StoredColumns
from preprocessing.table import FACTS, PARQUET, Table
from reading.failure import ReadingFailed
from reading.stored import column_facts
from reading.stored.columns import Described
from reading.stored.connection import connect
from reading.stored.finish import Outcome, finish
from reading.stored.rows import RowWriter
from tests.unit.reading.csv_reading import read_text

N = 10_000
VALUES: dict[str, tuple[ColumnType, Any]] = {
    "count": ("integer", np.arange(N) * 2**50),
    "ratio": ("number", np.random.default_rng(1).normal(size=N)),
    "ok": ("boolean", np.arange(N) % 3 == 0),
    "city": ("text", [("Chur", "Genève", "", "日本\n'\"")[i % 4] for i in range(N)]),
    "day": ("date", np.datetime64("1899-12-31") + np.arange(N)),
    "at": ("datetime", np.datetime64("2026-01-01T00:00:00.123456") + np.arange(N)),
}
MISSING = np.arange(N) % 7 == 1


def stored(folder: Path) -> ReadTable:
    connection = connect(folder)
    types = {i: type_ for i, (type_, _) in enumerate(VALUES.values())}
    writer = RowWriter(connection, folder, types)
    for file, rows in enumerate((slice(0, 4000), slice(4000, N))):
        values = {i: column[rows] for i, (_, column) in enumerate(VALUES.values())}
        writer.append(file, np.arange(N)[rows], values, dict.fromkeys(range(len(VALUES)), MISSING[rows]))
    writer.finish()
    files = [FileFacts(name="a", rows=4000, split="train"), FileFacts(name="b", rows=N - 4000)]
    columns = [Described(name, type_) for name, (type_, _) in VALUES.items()]
    return finish(connection, folder, Outcome(columns, files, {"kind": "parquet"}))


def test_what_was_appended_is_read_again(tmp_path: Path) -> None:
    read = stored(tmp_path)
    table = Table(tmp_path)
    assert table.read == read
    assert {path.name for path in tmp_path.iterdir()} == {FACTS, PARQUET}
    for name, (type_, given) in VALUES.items():
        column = table.column(name)
        assert np.array_equal(column.missing, MISSING)
        found, wanted = column.values[~MISSING], np.asarray(given)[~MISSING]
        if type_ == "text":
            assert [column.categories[code] for code in found] == wanted.tolist()
        else:
            units = {"date": "datetime64[D]", "datetime": "datetime64[us]"}
            assert np.array_equal(found, wanted.astype(units[type_]).astype(int) if type_ in units else wanted)
    assert np.array_equal(table.files(), np.repeat([0, 1], [4000, N - 4000]))
    assert np.array_equal(table.lines(), np.arange(N))


def test_facts_are_of_all_rows(tmp_path: Path) -> None:
    found = {column.name: column for column in stored(tmp_path).columns}
    for name, (_, given) in VALUES.items():
        present = np.asarray(given, dtype=object)[~MISSING]
        assert found[name].missing == MISSING.sum()
        assert (found[name].distinct, found[name].distinct_exact) == (len(set(present)), True)
    assert found["ratio"].values == ()
    ratios = VALUES["ratio"][1][~MISSING]
    assert (found["ratio"].minimum, found["ratio"].maximum) == (ratios.min(), ratios.max())
    cities = Counter(city for city, missing in zip(VALUES["city"][1], MISSING, strict=True) if not missing)
    assert {value.value: value.count for value in found["city"].values} == cities
    assert [value.value for value in found["ok"].values] == ["false", "true"]
    assert found["day"].values[0].value == "1899-12-31"
    assert found["at"].examples[:2] == ("2026-01-01T00:00:00.123456", "2026-01-01T00:00:00.123458")
    assert len(found["day"].values) == 1000


def test_facts_and_digest_are_read_by_one_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Mock(wraps=duckdb.connect)
    monkeypatch.setattr(duckdb, "connect", opened)
    assert stored(tmp_path).digest == digest_of(Table(tmp_path))
    assert opened.call_count == 3, "one writes, one reads, and this test's"


def test_rows_facts_and_digest_of_a_small_text_have_one_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Mock(wraps=duckdb.connect)
    monkeypatch.setattr(duckdb, "connect", opened)
    read = read_text(tmp_path, "n,word\n1,a\n2,b\n")
    assert opened.call_count == 1
    assert read.read.digest == digest_of(Table(read.folder))


def test_many_distinct_values_are_estimated_and_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_facts, "_SURE", 2000)
    monkeypatch.setattr(column_facts, "FEW_ROWS", 0)
    found = {column.name: column for column in stored(tmp_path).columns}
    assert not found["count"].distinct_exact
    assert found["count"].distinct == pytest.approx(N - MISSING.sum(), rel=0.1)
    assert (found["city"].distinct, found["city"].distinct_exact) == (4, True)


def test_few_rows_have_the_same_facts_as_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    few.mkdir()
    many.mkdir()
    in_memory = stored(few)
    monkeypatch.setattr(column_facts, "FEW_ROWS", 0)
    assert stored(many) == in_memory


def test_wide_tables_are_in_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, several = tmp_path / "one", tmp_path / "several"
    one.mkdir()
    several.mkdir()
    in_one = stored(one)
    expected = {name: Table(one).column(name).values for name in VALUES}
    monkeypatch.setattr(stored_names, "COLUMNS_PER_FILE", 4)
    assert stored(several) == in_one
    files = {FACTS, PARQUET, *(f"table-{i}.parquet" for i in range(1, -(-len(VALUES) // 4)))}
    assert {path.name for path in several.iterdir()} == files
    table = Table(several)
    for name in VALUES:
        assert np.array_equal(table.column(name).values, expected[name], equal_nan=True)
    assert np.array_equal(table.lines(), np.arange(N))
    copy_with_names(table, tmp_path / "copy.parquet")
    query = f"SELECT * FROM read_parquet('{tmp_path}/copy.parquet')"  # noqa: S608 (our own path)
    found = duckdb.connect().execute(query).fetchnumpy()
    assert list(found) == list(VALUES)
    assert np.array_equal(np.ma.getdata(found["ratio"])[~MISSING], VALUES["ratio"][1][~MISSING])


def test_nothing_is_no_table(tmp_path: Path) -> None:
    connection = connect(tmp_path)
    RowWriter(connection, tmp_path, {0: "integer"}).finish()
    with pytest.raises(ReadingFailed, match="have no rows"):
        finish(connection, tmp_path, Outcome([Described("a", "integer")], [FileFacts(name="a", rows=0)], {}))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('{folder}/../secret.csv')",
        "COPY (SELECT 1) TO '{folder}/../written.csv'",
        "ATTACH '{folder}/../other.duckdb'",
        "INSTALL httpfs",
        "SELECT * FROM read_csv('http://127.0.0.1:9/a.csv')",
        "SET memory_limit = '1TB'",
        "SET enable_external_access = true",
    ],
)
def test_duckdb_knows_only_its_own_folder(tmp_path: Path, statement: str) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "own").mkdir()
    connection = connect(tmp_path / "own")
    with pytest.raises(duckdb.Error, match=r"disabled|locked|Cannot"):
        connection.execute(statement.format(folder=tmp_path / "own"))
    assert not (tmp_path / "written.csv").exists()


def test_the_facts_of_wide_tables_fit_into_memory(tmp_path: Path) -> None:
    """Five thousand pictures of 28 x 28 in a CSV file have 785 columns, and the facts of each column take some
    memory."""
    with duckdb.connect(config={"memory_limit": "64MiB", "threads": 1}) as connection:
        columns = ", ".join(f"(i * {k + 1}) % 7 AS c{k}" for k in range(120))
        connection.execute(f"CREATE TABLE r AS SELECT {columns} FROM range(25_000) t(i)")  # noqa: S608 (numbers)
        types: list[ColumnType] = ["integer"] * 120
        found = column_facts.facts(connection, StoredColumns(tmp_path, types), types, 25_000, "r")
    assert [one["distinct"] for one in found[:8]] == [7, 7, 7, 7, 7, 7, 1, 7]
