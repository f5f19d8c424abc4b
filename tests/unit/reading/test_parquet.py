"""Parquet files are read by their own types, and nothing is lost."""

import math
import struct
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from preprocessing.table import PARQUET, Table
from reading.failure import ReadingFailed
from reading.request import Limits
from tests.duck import cursor
from tests.reading_here import read_here


def parquet(folder: Path, query: str, options: str = "") -> bytes:
    path = folder / "made.parquet"
    with cursor() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet{options})")
    return path.read_bytes()


def read(folder: Path, query: str, parse: Mapping[str, Any] | None = None, **options: Any) -> Table:
    return read_here(folder, {"a.parquet": parquet(folder, query)}, parse, **options)


def values(table: Table, column: int = 0) -> list[Any]:
    with cursor() as connection:
        return [row[column] for row in connection.read_parquet(str(table.folder / PARQUET)).fetchall()]


@pytest.mark.parametrize(
    ("query", "type_", "wanted"),
    [
        ("SELECT unnest([-128, 127, NULL])::TINYINT AS x", "integer", [-128, 127, None]),
        ("SELECT unnest([0, 4294967295])::UINTEGER AS x", "integer", [0, 2**32 - 1]),
        ("SELECT unnest([0, 9223372036854775807])::UBIGINT AS x", "integer", [0, 2**63 - 1]),
        ("SELECT unnest([-9223372036854775807, 9007199254740993])::BIGINT AS x", "integer", [-(2**63) + 1, 2**53 + 1]),
        ("SELECT unnest([0.1, 'nan'::FLOAT, NULL])::FLOAT AS x", "number", [0.10000000149011612, None, None]),
        ("SELECT unnest([0.1, 1e300])::DOUBLE AS x", "number", [0.1, 1e300]),
        ("SELECT unnest([1, 999999999999])::DECIMAL(12, 0) AS x", "integer", [1, 999_999_999_999]),
        ("SELECT unnest([0.10, 19.99])::DECIMAL(10, 2) AS x", "number", [0.1, 19.99]),
        ("SELECT unnest([0.10, 19.99])::DECIMAL(38, 2) AS x", "number", [0.1, 19.99]),
        ("SELECT unnest([true, false, NULL]) AS x", "boolean", [True, False, None]),
        ("SELECT unnest(['', 'NA', 'Größe', NULL]) AS x", "text", ["", "NA", "Größe", None]),
        ("SELECT unnest(['a', 'b'])::ENUM('b', 'a') AS x", "text", ["a", "b"]),
        ("SELECT TIME '23:59:01' AS x", "text", ["23:59:01"]),
        ("SELECT '5ad5ff06-5f52-4b0e-8b9f-2f6a3a9d3d5c'::UUID AS x", "text", ["5ad5ff06-5f52-4b0e-8b9f-2f6a3a9d3d5c"]),
        ("SELECT DATE '1582-10-15' AS x", "date", [date(1582, 10, 15)]),
        ("SELECT TIMESTAMP '2026-03-29 02:30:00.000001' AS x", "datetime", [datetime(2026, 3, 29, 2, 30, 0, 1)]),
        ("SELECT TIMESTAMPTZ '2026-03-29 02:30:00+05:30' AS x", "datetime", [datetime(2026, 3, 28, 21, 0)]),
        ("SELECT TIMESTAMP_NS '2026-03-29 02:30:00.000001' AS x", "datetime", [datetime(2026, 3, 29, 2, 30, 0, 1)]),
        ("SELECT NULL AS x", "text", [None]),
    ],
)
def test_types_are_mapped_without_loss(tmp_path: Path, query: str, type_: str, wanted: list[Any]) -> None:
    table = read(tmp_path, query)
    assert [(column.name, column.type) for column in table.read.columns] == [("x", type_)]
    assert values(table) == wanted
    assert table.read.columns[0].missing == wanted.count(None)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT [1, 2] AS x", "Column 'x' of a.parquet is a list: make each element a column"),
        ("SELECT {'a': 1} AS x", "a structure: make each of its fields"),
        ("SELECT {'bytes': 'x'::BLOB, 'path': 'a.png'} AS image", "pictures, as Hugging Face writes them: save each"),
        ("SELECT MAP {'a': 1} AS x", "a map"),
        ("SELECT 'a'::BLOB AS x", "bytes"),
        ("SELECT INTERVAL 3 DAY AS x", "a duration"),
        ("SELECT unnest([1, 18446744073709551615])::UBIGINT AS x", "row 1: 18446744073709551615 is beyond 64 bits"),
        ("SELECT unnest([1.5, 'inf'::DOUBLE]) AS x", "row 1: inf is infinite"),
        ("SELECT 0.1234567890123456789::DECIMAL(38, 19) AS x", "has more digits than a number keeps"),
        ("SELECT TIMESTAMP_NS '2026-03-29 02:30:00.000000001' AS x", "finer than a microsecond"),
        ("SELECT repeat('x', 1048577) AS x", "1,048,576 bytes are allowed in a text"),
        ("SELECT 1 AS x WHERE false", "no rows"),
    ],
)
def test_what_cannot_be_kept_is_refused(tmp_path: Path, query: str, why: str) -> None:
    with pytest.raises(ReadingFailed, match=why):
        read(tmp_path, query)


@pytest.mark.parametrize(
    ("query", "wanted", "type_", "found"),
    [
        ("SELECT unnest([1, 18446744073709551615])::UBIGINT AS x", "text", "text", ["1", "18446744073709551615"]),
        ("SELECT unnest(['1', '2', NULL]) AS x", "integer", "integer", [1, 2, None]),
        ("SELECT unnest([1.0, 2.0])::DOUBLE AS x", "integer", "integer", [1, 2]),
        ("SELECT unnest([1, 2]) AS x", "number", "number", [1.0, 2.0]),
        ("SELECT unnest([1, 0]) AS x", "boolean", "boolean", [True, False]),
        ("SELECT '2026-01-02' AS x", "date", "date", [date(2026, 1, 2)]),
        ("SELECT '2026-01-02T23:59:01.5' AS x", "datetime", "datetime", [datetime(2026, 1, 2, 23, 59, 1, 500_000)]),
        ("SELECT TIMESTAMPTZ '2026-01-02 00:00:00+01' AS x", "datetime", "datetime", [datetime(2026, 1, 1, 23)]),
        ("SELECT unnest(['-1.5e3', '.5', '0', NULL]) AS x", "number", "number", [-1500.0, 0.5, 0.0, None]),
        ("SELECT unnest(['Yes', 'F', '1', NULL]) AS x", "boolean", "boolean", [True, False, True, None]),
        ("SELECT unnest([1.0, 'nan'::DOUBLE, NULL]) AS x", "integer", "integer", [1, None, None]),
        ("SELECT unnest([1.5, 'nan'::DOUBLE, NULL]) AS x", "number", "number", [1.5, None, None]),
        ("SELECT unnest([true, false]) AS x", "number", "number", [1.0, 0.0]),
        ("SELECT DATE '2026-01-02' AS x", "datetime", "datetime", [datetime(2026, 1, 2)]),
        ("SELECT 0.1234567890123456789::DECIMAL(38, 19) AS x", "number", "number", [0.12345678901234568]),
    ],
)
def test_a_column_may_be_asked_to_be_another_type(
    tmp_path: Path, query: str, wanted: str, type_: str, found: list[Any]
) -> None:
    table = read(tmp_path, query, {"kind": "parquet", "columns": {"x": wanted}})
    assert table.read.columns[0].type == type_
    assert values(table) == found


@pytest.mark.parametrize(
    ("query", "wanted", "why"),
    [
        ("SELECT unnest(['1', '2x']) AS x", "integer", "row 1: 2x is no integer"),
        ("SELECT unnest([1.0, 2.5])::DOUBLE AS x", "integer", "row 1: 2.5 is no integer"),
        ("SELECT unnest([0, 2]) AS x", "boolean", "row 1: 2 is no boolean"),
        ("SELECT TIMESTAMP '2026-01-01 12:00:00' AS x", "date", "is no date"),
        ("SELECT '1.6' AS x", "integer", "row 0: 1.6 is no integer"),
        ("SELECT ' 1' AS x", "integer", "row 0:  1 is no integer"),
        ("SELECT '9223372036854775808' AS x", "integer", "is no integer"),
        ("SELECT unnest(['1', 'inf']) AS x", "number", "row 1: inf is no number"),
        ("SELECT 'nan' AS x", "number", "row 0: nan is no number"),
        ("SELECT '1e400' AS x", "number", "row 0: 1e400 is no number"),
        ("SELECT '1e-400' AS x", "number", "row 0: 1e-400 is no number"),
        ("SELECT 'maybe' AS x", "boolean", "row 0: maybe is no boolean"),
        ("SELECT '2020-01-01 10:30:00' AS x", "date", "row 0: 2020-01-01 10:30:00 is no date"),
        ("SELECT '2020-02-30' AS x", "date", "row 0: 2020-02-30 is no date"),
        ("SELECT '2020-01-01 10:30:00+02:00' AS x", "datetime", "is no datetime of a form such as .* without a zone"),
        ("SELECT '2020-01-01 10:30:00.1234567' AS x", "datetime", "is no datetime"),
        ("SELECT '1.6'::ENUM('1.6') AS x", "integer", "row 0: 1.6 is no integer"),
        ("SELECT DATE '2020-01-01' AS x", "number", "row 0: 2020-01-01 is no number"),
        ("SELECT TIMESTAMP '2020-01-01' AS x", "number", "is no number"),
        ("SELECT TIME '10:00:00' AS x", "number", "row 0: 10:00:00 is no number"),
        ("SELECT 'a'::BLOB AS x", "number", "row 0: a is no number"),
        ("SELECT 'inf'::DOUBLE AS x", "number", "row 0: inf is no number"),
        ("SELECT [1] AS x", "number", "is no number"),
    ],
)
def test_a_value_that_does_not_fit_the_asked_type_is_named(tmp_path: Path, query: str, wanted: str, why: str) -> None:
    with pytest.raises(ReadingFailed, match=why) as failed:
        read(tmp_path, query, {"kind": "parquet", "columns": {"x": wanted}})
    assert failed.value.code == "data_error"


def test_names_and_rows_keep_their_order(tmp_path: Path) -> None:
    query = 'SELECT range AS a, range * 2 AS "b c", \'x\' || range AS "SELECT \'; --" FROM range(300000)'
    table = read(tmp_path, query)
    assert [column.name for column in table.read.columns] == ["a", "b c", "SELECT '; --"]
    assert values(table, 1) == list(range(0, 600_000, 2))
    assert table.lines().tolist() == list(range(300_000))


def test_files_are_parts_of_one_table(tmp_path: Path) -> None:
    one = parquet(tmp_path, "SELECT range::INTEGER AS a, 'x' AS b FROM range(5)")
    two = parquet(tmp_path, "SELECT 'y' AS b, range + 0.5::DOUBLE AS a FROM range(3)")
    table = read_here(
        tmp_path, {"1.parquet": one, "2.parquet": two}, splits={"1.parquet": "train", "2.parquet": "test"}
    )
    assert values(table, 0) == [0, 1, 2, 3, 4, 0.5, 1.5, 2.5]
    assert table.files().tolist() == [0] * 5 + [1] * 3
    assert [(file.name, file.split) for file in table.read.files] == [("1.parquet", "train"), ("2.parquet", "test")]
    with pytest.raises(ReadingFailed, match="other columns than the first file: 'b', 'c'"):
        read_here(tmp_path, {"1.parquet": one, "3.parquet": parquet(tmp_path, "SELECT 1 AS a, 2 AS c")})


def test_a_footer_bomb_is_refused_before_its_rows_are_read(tmp_path: Path) -> None:
    bomb = parquet(tmp_path, "SELECT 1 AS x FROM range(50_000_000)", ", ROW_GROUP_SIZE 50_000_000")
    assert len(bomb) < 1_000_000
    with pytest.raises(ReadingFailed, match=r"are 50,000,000 rows of 1 columns: that is what a decompression bomb"):
        read_here(tmp_path, {"a.parquet": bomb})


def test_limits_are_held_against_the_footer(tmp_path: Path) -> None:
    content = parquet(tmp_path, "SELECT range AS a, range AS b FROM range(100)")
    for limits in (Limits(rows=99), Limits(columns=1)):
        with pytest.raises(ReadingFailed, match="has 100 rows and 2 columns") as failed:
            read_here(tmp_path, {"a.parquet": content}, limits=limits)
        assert failed.value.code == "too_large"


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    content = parquet(tmp_path, "SELECT range AS a, 'x' || range AS b FROM range(10000)")
    for damaged in (content[:-4], content[: len(content) // 2], content[:4] + bytes(len(content) - 8) + content[-4:]):
        with pytest.raises(ReadingFailed, match="damaged Parquet file"):
            read_here(tmp_path, {"a.parquet": damaged})


def test_a_preview_reads_the_first_rows(tmp_path: Path) -> None:
    content = parquet(tmp_path, "SELECT range AS a, random() AS b FROM range(100000)")
    table = read_here(tmp_path, {"a.parquet": content}, preview_bytes=len(content) // 10)
    assert values(table) == list(range(len(values(table))))
    assert 9_900 < table.rows <= 10_000


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="names 'y', but no column has this name; the first are 'x'") as told:
        read(tmp_path, "SELECT 1 AS x", {"kind": "parquet", "columns": {"y": "text"}})
    assert told.value.option == {"columns": {"y": None}}


def test_statistics_of_a_file_are_not_believed(tmp_path: Path) -> None:
    query = "SELECT unnest([0.5, 1234.5678, 2.5])::DOUBLE AS x"
    content = parquet(tmp_path, query, ", COMPRESSION uncompressed")
    (value, nan, infinite) = (struct.pack("<d", number) for number in (1234.5678, -math.nan, math.inf))
    at = content.index(value)
    table = read_here(tmp_path, {"a.parquet": content[:at] + nan + content[at + 8 :]})
    assert values(table) == [0.5, None, 2.5]
    with pytest.raises(ReadingFailed, match="row 1: inf is infinite"):
        read_here(tmp_path, {"a.parquet": content[:at] + infinite + content[at + 8 :]})


def test_columns_of_one_name_keep_their_order_in_every_file(tmp_path: Path) -> None:
    one = _renamed(parquet(tmp_path, "SELECT 1 AS xa, 2 AS xb, 3 AS yc"))
    two = _renamed(parquet(tmp_path, "SELECT 6 AS yc, 4 AS xa, 5 AS xb"))
    table = read_here(tmp_path, {"a.parquet": one, "b.parquet": two})
    assert [column.name for column in table.read.columns] == ["xx", "xx_2", "yy"]
    assert [values(table, i) for i in range(3)] == [[1, 4], [2, 5], [3, 6]]


def _renamed(file: bytes) -> bytes:
    """A Parquet file in which several columns have the same name. DuckDB cannot write such a file, but others may."""
    return file.replace(b"xa", b"xx").replace(b"xb", b"xx").replace(b"yc", b"yy")
