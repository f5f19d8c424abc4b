"""Sheets of Excel and OpenDocument files are read by the types of their cells."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from preprocessing.table import Table
from reading.failure import ReadingFailed
from reading.request import Limits
from tests.reading_here import read_here
from tests.workbooks import Formula, ods, packed, xlsx

NAMES = ["id", "zip", "price", "ok", "day", "at", "note"]
ROWS: list[list[Any]] = [
    [1, "01067", 1.5, True, date(2026, 1, 31), datetime(2026, 1, 31, 12, 30), "a"],
    [2, "10115", 0.1, False, date(1901, 12, 31), datetime(2026, 2, 1), "b & <c>"],
    [None, "99999", None, None, None, None, None],
    [9007199254740991, "x", -3, True, date(2026, 3, 1), datetime(2026, 3, 1, 23, 59, 59), "Größe"],
]


def types(table: Table) -> list[tuple[str, str]]:
    return [(column.name, column.type) for column in table.read.columns]


def values(table: Table, name: str) -> list[Any]:
    found = table.column(name)
    if table.record(name).type == "text":
        return [found.categories[code] if code >= 0 else None for code in found.values.tolist()]
    return [None if missing else value for value, missing in zip(found.values.tolist(), found.missing, strict=True)]


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_cells_keep_their_types(tmp_path: Path, name: str) -> None:
    content = xlsx({"Data": [NAMES, *ROWS]}) if name == "a.xlsx" else ods([NAMES, *ROWS])
    table = read_here(tmp_path, {name: content})
    assert types(table) == [
        ("id", "integer"),
        ("zip", "text"),
        ("price", "number"),
        ("ok", "boolean"),
        ("day", "date"),
        ("at", "datetime"),
        ("note", "text"),
    ]
    assert values(table, "id") == [1, 2, None, 2**53 - 1]
    assert values(table, "zip") == ["01067", "10115", "99999", "x"]
    assert values(table, "price") == [1.5, 0.1, None, -3.0]
    assert values(table, "ok") == [True, False, None, True]
    epoch = date(1970, 1, 1)
    assert values(table, "day") == [(date(2026, 1, 31) - epoch).days, (date(1901, 12, 31) - epoch).days, None, 20513]
    assert values(table, "at")[0] == (datetime(2026, 1, 31, 12, 30) - datetime(1970, 1, 1)).total_seconds() * 1e6
    assert values(table, "note") == ["a", "b & <c>", None, "Größe"]
    assert table.lines().tolist() == [2, 3, 4, 5]
    parse = table.read.parse
    assert (parse["kind"], parse["sheet"], parse["header"]) == ("excel", "Data", True)


def test_formulas_count_by_what_they_gave(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["a", "b"],
        [1, Formula("A2*2", "2")],
        [2, Formula('WEBSERVICE("http://127.0.0.1")', "kept")],
    ]
    table = read_here(tmp_path, {"a.xlsx": xlsx({"S": rows})})
    assert values(table, "b") == ["2", "kept"]


def test_the_first_sheet_is_taken_and_said(tmp_path: Path) -> None:
    book = xlsx({"Hidden": [["x"], [9]], "One": [["a"], [1]], "Empty": [], "Two": [["b"], [2]]}, hidden=["Hidden"])
    table = read_here(tmp_path, {"a.xlsx": book})
    assert types(table) == [("a", "integer")]
    assert table.read.guessed["sheet"] == "the first of the sheets, which are also 'Two'"
    other = read_here(tmp_path, {"a.xlsx": book}, {"kind": "excel", "sheet": "Two"})
    assert types(other) == [("b", "integer")]
    with pytest.raises(ReadingFailed, match=r"has no sheet 'Three'\. Its sheets are 'Hidden', 'One', 'Empty', 'Two'"):
        read_here(tmp_path, {"a.xlsx": book}, {"kind": "excel", "sheet": "Three"})


def test_a_range_is_a_table(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Report of 2026"], [None, "a", "b"], [None, 1, 2], [None, 3, 4], ["Total", 4, 6]]
    book = xlsx({"S": rows}, first="B3")
    table = read_here(tmp_path, {"a.xlsx": book}, {"kind": "excel", "range": "C4:D6"})
    assert types(table) == [("a", "integer"), ("b", "integer")]
    assert (values(table, "a"), table.lines().tolist()) == ([1, 3], [5, 6])


def test_a_sheet_without_names_gets_some(tmp_path: Path) -> None:
    table = read_here(tmp_path, {"a.xlsx": xlsx({"S": [[1, 2.5], [3, 4.5], [5, 6.5]]})})
    assert types(table) == [("column_1", "integer"), ("column_2", "number")]
    assert table.rows == 3


def protected() -> bytes:
    """The first bytes of a workbook with a password, which Excel does not write as a ZIP file."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)


def entity_bomb() -> bytes:
    sheet = (
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>&c;</t></is></c>'
        "</row></sheetData></worksheet>"
    )
    return _with_sheet(sheet)


def _with_sheet(sheet: str) -> bytes:
    with zipfile.ZipFile(BytesIO(xlsx({"S": [["a"], [1]]}))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return packed(files | {"xl/worksheets/sheet1.xml": sheet.encode()})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (protected(), "damaged workbook|password"),
        (packed({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook"}), "damaged workbook"),
        (packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}), "a document, not a sheet"),
        (xlsx({"S": []}), "no sheet with cells"),
        (xlsx({"S": [["a", "b"]]}), "no rows"),
        (_with_sheet("<worksheet><sheetData><row"), "damaged workbook|no sheet with cells"),
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(ReadingFailed, match=why):
        read_here(tmp_path, {"a.xlsx": content})


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="unrecognized entity"):
        read_here(tmp_path, {"a.xlsx": entity_bomb()})


def test_the_size_of_the_cells_is_limited_before_they_are_read(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="more than 0 MiB of cells: save the sheet as CSV") as failed:
        read_here(tmp_path, {"a.xlsx": xlsx({"S": [["a"], ["x" * 9000]]})}, limits=Limits(workbook_bytes=9000))
    assert failed.value.code == "too_large"


def test_a_preview_reads_the_first_rows(tmp_path: Path) -> None:
    book = xlsx({"S": [["a"], *([i] for i in range(6000))]})
    assert read_here(tmp_path, {"a.xlsx": book}, preview_bytes=1000).rows == 5000
