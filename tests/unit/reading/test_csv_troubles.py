"""Problems of CSV files, each with the right values, or with the error message that names the line."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from gradus.parse.text import CsvParse
from reading.delimited.read import read_csv
from reading.failure import ReadingFailed
from reading.source import SourceFile
from tests.unit.reading.csv_reading import read_files, read_text

LATE = 30_000
"""Number of rows before a row that comes too late for the sample."""


def late(cell: str, before: str = "{}") -> str:
    return "a,b\n" + "".join(f"{before.format(i)},x\n" for i in range(1, LATE + 1)) + f"{cell},x\n"


READ: dict[str, tuple[str | bytes, dict[str, Any], list[str], list[list[Any]]]] = {
    # what it is: the file, `parse`, the types, the values of each column
    "semicolon and decimal comma": ("a;b\n1,5;2\n2,25;3\n", {}, ["number", "integer"], [[1.5, 2.25], [2, 3]]),
    "decimal comma and groups of three": (
        "a;b\n1.234,5;1\n7,25;2\n",
        {},
        ["number", "integer"],
        [[1234.5, 7.25], [1, 2]],
    ),
    "decimal comma beside decimal points": ("a;b\n1,5;2.5\n", {}, ["text", "number"], [["1,5"], [2.5]]),
    "decimal comma in quotes between commas": ('a,b\n"1,5",2\n', {}, ["text", "integer"], [["1,5"], [2]]),
    "decimal comma told": ('a,b\n"1,5",2\n', {"decimal": ","}, ["number", "integer"], [[1.5], [2]]),
    "tabs": ("a\tb\n1\tx y\n", {}, ["integer", "text"], [[1], ["x y"]]),
    "bars": ("a|b\n1|x,y\n2|z\n", {}, ["integer", "text"], [[1, 2], ["x,y", "z"]]),
    "blanks between numbers": ("1 2\n3 4\n", {}, ["integer", "integer"], [[1, 3], [2, 4]]),
    "a delimiter of two characters told": ("a, b\n1, 2\n", {"delimiter": ", "}, ["integer"] * 2, [[1], [2]]),
    "UTF-8 with its mark": (b"\xef\xbb\xbfa,b\n\xc3\xbc,1\n", {}, ["text", "integer"], [["ü"], [1]]),
    "UTF-16 with its mark": ("a,b\nü,1\n".encode("utf-16"), {}, ["text", "integer"], [["ü"], [1]]),
    "UTF-16 told": ("a,b\nü,1\n".encode("utf-16-le"), {"encoding": "utf-16-le"}, ["text", "integer"], [["ü"], [1]]),
    "Latin-1 told": ("a,b\nü,1\n".encode("latin-1"), {"encoding": "latin-1"}, ["text", "integer"], [["ü"], [1]]),
    "line breaks in quotes": ('a,b\n"x\ny",1\n"\r\n",2\n', {}, ["text", "integer"], [["x\ny", "\r\n"], [1, 2]]),
    "doubled quotes": ('a,b\n"q ""r""",1\n"""",2\n', {}, ["text", "integer"], [['q "r"', '"'], [1, 2]]),
    "apostrophes as quotes": ("'a','b'\n'x, y',1\n'it''s',2\n", {}, ["text", "integer"], [["x, y", "it's"], [1, 2]]),
    "a backslash before quotes told": ('a,b\n"x\\"y",1\n', {"escape": "\\"}, ["text", "integer"], [['x"y'], [1]]),
    "blanks around cells": ("a , b\n x , 1 \n", {}, ["text", "integer"], [["x"], [1]]),
    "blanks in quotes": ('a,b\n" x ", 1\n', {}, ["text", "integer"], [[" x "], [1]]),
    "blanks that shall stay": ("a,b\n x ,1\n", {"trim": False}, ["text", "integer"], [[" x "], [1]]),
    "an index without a name": (",a\n0,5\n1,6\n", {}, ["integer", "integer"], [[0, 1], [5, 6]]),
    "first text in row 30 001": (
        late("k"),
        {},
        ["text", "text"],
        [[*map(str, range(1, LATE + 1)), "k"], ["x"] * (LATE + 1)],
    ),
    "first fraction in row 30 001": (
        late("1.5"),
        {},
        ["number", "text"],
        [[*range(1, LATE + 1), 1.5], ["x"] * (LATE + 1)],
    ),
    "first leading zero in row 30 001": (
        late("01234"),
        {},
        ["text", "text"],
        [[*map(str, range(1, LATE + 1)), "01234"], ["x"] * (LATE + 1)],
    ),
    "first long id in row 30 001": (
        late("9223372036854775808"),
        {},
        ["text", "text"],
        [[*map(str, range(1, LATE + 1)), "9223372036854775808"], ["x"] * (LATE + 1)],
    ),
    "first odd date in row 30 001": (
        late("2020-02-30", "2020-01-02"),
        {},
        ["text", "text"],
        [["2020-01-02"] * LATE + ["2020-02-30"], ["x"] * (LATE + 1)],
    ),
    "leading zeros": ("zip,n\n01067,1\n10115,2\n", {}, ["text", "integer"], [["01067", "10115"], [1, 2]]),
    "leading zeros in quotes": ('zip,n\n"01067",1\n"10115",2\n', {}, ["text", "integer"], [["01067", "10115"], [1, 2]]),
    "leading zeros told to be numbers": (
        "zip,n\n01067,1\n",
        {"columns": {"zip": "integer"}},
        ["integer"] * 2,
        [[1067], [1]],
    ),
    "Namibia": ("c,n\nNA,1\nDE,2\nUS,3\n", {}, ["text", "integer"], [["NA", "DE", "US"], [1, 2, 3]]),
    "? - N/A among numbers": (
        "a,b,c\n?,1,1.5\n2,-,N/A\n",
        {},
        ["integer", "integer", "number"],
        [[None, 2], [1, None], [1.5, None]],
    ),
    "a word that is said to be missing": (
        "a,b\n-999,x\n5,-999\n",
        {"missing": ["-999"]},
        ["integer", "text"],
        [[None, 5], ["x", None]],
    ),
    "the same, in values alone": (
        "a,b\n-999,x\n5,-999\n",
        {"missing": ["-999"], "missing_in": "values"},
        ["integer", "text"],
        [[None, 5], ["x", "-999"]],
    ),
    "nothing but missing words": ("a,b\nNA,1\nNA,2\n", {}, ["text", "integer"], [["NA", "NA"], [1, 2]]),
    "ids above 2^53": ("id,n\n9007199254740993,1\n", {}, ["text", "integer"], [["9007199254740993"], [1]]),
    "groups of three, proven": (
        'a,b\n"1,234,567",1\n"1,234",2\n',
        {},
        ["integer", "integer"],
        [[1234567, 1234], [1, 2]],
    ),
    "groups of three, unproven": ('a,b\n"1,234",1\n', {}, ["text", "integer"], [["1,234"], [1]]),
    "groups of three, told": ('a,b\n"1,234",1\n', {"thousands": ","}, ["integer", "integer"], [[1234], [1]]),
    "groups with apostrophes": ("a,b\n1'234'567.5,1\n", {}, ["number", "integer"], [[1234567.5], [1]]),
    "groups with blanks": ("a;b\n1 234 567;1\n12;2\n", {}, ["integer", "integer"], [[1234567, 12], [1, 2]]),
    "a group that is not of three": ('a,b\n"1,23,456",1\n', {}, ["text", "integer"], [["1,23,456"], [1]]),
    "a delimiter at the end of all lines": ("a,b,\n1,2,\n3,4,\n", {}, ["integer", "integer"], [[1, 3], [2, 4]]),
    "no header": ("1,x\n2,y\n", {}, ["integer", "text"], [[1, 2], ["x", "y"]]),
    "a header of years": (
        "c,2019,2020\nx,1,2\ny,3,4\n",
        {},
        ["text", "integer", "integer"],
        [["x", "y"], [1, 3], [2, 4]],
    ),
    "a header that is not one": (
        "c,2019,2020\nx,1,2\n",
        {"header": False},
        ["text", "integer", "integer"],
        [["c", "x"], [2019, 1], [2020, 2]],
    ),
    "the names again": ("a,b\n1,2\na,b\n3,4\n", {}, ["integer", "integer"], [[1, 3], [2, 4]]),
    "dates of unproven order": ("d,n\n01/02/2020,1\n", {}, ["text", "integer"], [["01/02/2020"], [1]]),
    "dates of proven order": (
        "d,n\n01/02/2020,1\n13/02/2020,2\n",
        {},
        ["date", "integer"],
        [[date(2020, 2, 1), date(2020, 2, 13)], [1, 2]],
    ),
    "dates of told order": ("d,n\n01/02/2020,1\n", {"dates": "mdy"}, ["date", "integer"], [[date(2020, 1, 2)], [1]]),
    "dates of mixed order": (
        "d,n\n13/02/2020,1\n02/13/2020,2\n",
        {},
        ["text", "integer"],
        [["13/02/2020", "02/13/2020"], [1, 2]],
    ),
    "dates with the year first": (
        "d,n\n2020-01-02,1\n2020/3/4,2\n2020.12.31,3\n",
        {},
        ["date", "integer"],
        [[date(2020, 1, 2), date(2020, 3, 4), date(2020, 12, 31)], [1, 2, 3]],
    ),
    "a day that does not exist": (
        "d,n\n2021-02-29,1\n2021-02-28,2\n",
        {},
        ["text", "integer"],
        [["2021-02-29", "2021-02-28"], [1, 2]],
    ),
    "times": (
        "t,n\n2020-01-02 03:04,1\n2020-01-02T03:04:05.25,2\n2020-01-03,3\n",
        {},
        ["datetime", "integer"],
        [[datetime(2020, 1, 2, 3, 4), datetime(2020, 1, 2, 3, 4, 5, 250000), datetime(2020, 1, 3)], [1, 2, 3]],
    ),
    "times with zones": (
        "t,n\n2020-01-02T03:04:05Z,1\n2020-01-02 00:30:00+02:00,2\n2020-01-02T03:04:05-0500,3\n",
        {},
        ["datetime", "integer"],
        [[datetime(2020, 1, 2, 3, 4, 5), datetime(2020, 1, 1, 22, 30), datetime(2020, 1, 2, 8, 4, 5)], [1, 2, 3]],
    ),
    "times with and without zones": (
        "t,n\n2020-01-02T03:04:05Z,1\n2020-01-02T03:04:05,2\n",
        {},
        ["text", "integer"],
        [["2020-01-02T03:04:05Z", "2020-01-02T03:04:05"], [1, 2]],
    ),
    "times with the day first": (
        "t;n\n28.1.2018 5:06;1\n01.02.2018 23:00;2\n",
        {},
        ["datetime", "integer"],
        [[datetime(2018, 1, 28, 5, 6), datetime(2018, 2, 1, 23)], [1, 2]],
    ),
    "nanoseconds": (
        "t,n\n2020-01-02T03:04:05.123456789,1\n",
        {},
        ["text", "integer"],
        [["2020-01-02T03:04:05.123456789"], [1]],
    ),
    "seconds since 1970": ("t,n\n1577934245,1\n", {}, ["integer", "integer"], [[1577934245], [1]]),
    "true and false": ("a,b\ntrue,1\nFALSE,2\n,3\n", {}, ["boolean", "integer"], [[True, False, None], [1, 2, 3]]),
    "yes and no": ("a,b\nyes,1\nno,2\n", {}, ["text", "integer"], [["yes", "no"], [1, 2]]),
    "yes and no told": (
        "a,b\nyes,1\nno,0\n",
        {"columns": {"a": "boolean", "b": "boolean"}},
        ["boolean"] * 2,
        [[True, False], [True, False]],
    ),
    "c0, v0, a;b": ("c0\nv0\na;b", {}, ["text"], [["v0", "a;b"]]),
    "one column with an empty row": ('a\n1\n\n3\n""\n\n\n', {}, ["integer"], [[1, None, 3, None]]),
    "times in one column": (
        "2020-01-02 03:04:05\n2020-01-02 03:04:06\n",
        {},
        ["datetime"],
        [[datetime(2020, 1, 2, 3, 4, 5), datetime(2020, 1, 2, 3, 4, 6)]],
    ),
    "words with commas in one column": ("a\nwell, then\nso\nno\n", {}, ["text"], [["well, then", "so", "no"]]),
    "line ends of CR": ("a,b\r1,2\r3,4\r", {}, ["integer", "integer"], [[1, 3], [2, 4]]),
    "mixed line ends": ("a,b\r\n1,2\n3,4\r5,6", {}, ["integer", "integer"], [[1, 3, 5], [2, 4, 6]]),
    "empty lines": ("a,b\n\n1,2\n\n\n3,4\n\n", {}, ["integer", "integer"], [[1, 3], [2, 4]]),
    "Excel's line": ("sep=;\na;b\n1,5;x,y\n", {}, ["number", "text"], [[1.5], ["x,y"]]),
    "a quote in a quoted cell, all quotes told to be characters": (
        'a,b\n"x "y" z",1\n',
        {"quote": ""},
        ["text", "integer"],
        [['"x "y" z"'], [1]],
    ),
    "a quote in a quoted cell, all quotes told to be characters, said by null": (
        'a,b\n"x "y" z",1\n',
        {"quote": None},
        ["text", "integer"],
        [['"x "y" z"'], [1]],
    ),
    "a quote in a cell, told to be a character": (
        'a,b\n5" pipe,1\n"x,y",2\n',
        {"bare_quotes": "keep"},
        ["text", "integer"],
        [['5" pipe', "x,y"], [1, 2]],
    ),
    "1e400": ("a,b\n1e400,1\n1,2\n", {}, ["text", "integer"], [["1e400", "1"], [1, 2]]),
    "1e5": ("a,b\n1e5,1\n1,2\n", {}, ["number", "integer"], [[1e5, 1.0], [1, 2]]),
    "infinity": ("a,b\ninf,1\n1.5,2\n", {}, ["text", "integer"], [["inf", "1.5"], [1, 2]]),
    "NaN": ("a,b\nNaN,1\n1.5,2\n", {}, ["number", "integer"], [[None, 1.5], [1, 2]]),
    "minus zero and signs": ("a,b\n-0,+1\n2,-2\n", {}, ["number", "integer"], [[-0.0, 2.0], [1, -2]]),
    "telephone numbers": ("a,b\n+41791234567,1\n", {}, ["text", "integer"], [["+41791234567"], [1]]),
    "underscores in numbers": ("a,b\n1_000,1\n", {}, ["text", "integer"], [["1_000"], [1]]),
    "per cent": ("a,b\n12%,1\n", {}, ["text", "integer"], [["12%"], [1]]),
    "lines to skip, told": ("report\n\na,b\n1,2\n", {"skip_rows": 2}, ["integer", "integer"], [[1], [2]]),
    "comments, told": ('# x "y\na,b\n1,2\n#c\n"#d",4\n', {"comment": "#"}, ["text", "integer"], [["1", "#d"], [2, 4]]),
    "short rows to pad": ("a,b\n1\n2,3\n", {"ragged": "pad"}, ["integer", "integer"], [[1, 2], [None, 3]]),
    "ragged rows to leave out": ("a,b\n1\n2,3\n4,5,6\n", {"ragged": "leave_out"}, ["integer", "integer"], [[2], [3]]),
    "letters of all scripts": ("a,b\nЖ日😀,1\n\u2028x,2\n", {}, ["text", "integer"], [["Ж日😀", "\u2028x"], [1, 2]]),
}


@pytest.mark.parametrize("trouble", READ)
def test_the_right_values_are_read(trouble: str, tmp_path: Path) -> None:
    content, parse, types, values = READ[trouble]
    table = read_text(tmp_path, content, **parse)
    assert table.types == types
    assert table.columns == values
    assert [column.missing for column in table.read.columns] == [column.count(None) for column in values]


REFUSED: dict[str, tuple[str | bytes, dict[str, Any], str, int | None, int | None, dict[str, Any] | None]] = {
    # what it is: the file, `parse`, code, line, byte, the option that reads it
    "a short row": ("a,b\n1\n2,3\n", {}, "data_error", 2, 4, {"ragged": "pad"}),
    "a long row": ("a,b\n1,2\n3,4,5\n", {}, "data_error", 3, 8, {"ragged": "leave_out"}),
    "a long row behind umlauts": ("ä,b\nü,2\n3,4,5\n", {}, "data_error", 3, 10, {"ragged": "leave_out"}),
    "a long row in UTF-16": ("a,b\n1,2\n3,4,5\n".encode("utf-16"), {}, "data_error", 3, 18, {"ragged": "leave_out"}),
    "a long row behind rows of two lines": ('a,b\n"x\ny",2\n3,4,5\n', {}, "data_error", 4, 12, {"ragged": "leave_out"}),
    "a delimiter at the end of all lines but the first": (
        "a,b\n1,2,\n3,4,\n",
        {},
        "data_error",
        2,
        4,
        {"skip_rows": 1},
    ),
    "lines before the header": ("report\n\na,b\n1,2\n3,4\n", {}, "data_error", 3, 8, {"skip_rows": 2}),
    "a quote in a quoted cell": ('a,b\n1,"x "y" z"\n', {}, "data_error", 2, 6, {"quote": ""}),
    "a quote in a cell": ('a,b\n1,x"y"\n', {}, "data_error", 2, 7, {"bare_quotes": "keep"}),
    "a quote that is never closed": ('a,b\n1,2\n"3,4\n', {}, "data_error", 3, 8, {"quote": ""}),
    "Latin-1": ("a,b\n1,2\nMüller,1\n".encode("latin-1"), {}, "data_error", 3, 9, {"encoding": "cp1252"}),
    "UTF-16 without its mark": ("a,b\nü,1\n".encode("utf-16-le"), {}, "data_error", 2, 8, {"encoding": "utf-16-le"}),
    "NUL bytes": (b"a,b\n\x00,1\n", {}, "data_error", 2, 4, None),
    "UTF-8 that breaks off": (b"a,b\n1,\xc3", {}, "data_error", 2, 6, None),
    "a cell of 3 MB": ("a,b\n1,2\n1," + "x" * 3_000_000 + "\n", {}, "too_large", 3, 8, None),
    "an empty file": ("", {}, "no_rows", 1, None, None),
    "empty lines alone": ("\n\n", {}, "no_rows", 1, None, None),
    "a header alone": ("a,b\n", {}, "no_rows", None, None, None),
    "a column that is not as told": (
        "a,b\n1,x\n2,y\nk,z\n",
        {"columns": {"a": "integer"}},
        "data_error",
        4,
        None,
        {"columns": {"a": "text"}},
    ),
    "a told column that is not there": (
        "alpha,b\n1,x\n",
        {"columns": {"alpa": "text"}},
        "invalid_parse",
        None,
        None,
        {"columns": {"alpa": None}},
    ),
    "an encoding that is not there": (
        "a\n1\n",
        {"encoding": "utf-17"},
        "invalid_parse",
        None,
        None,
        {"encoding": None},
    ),
    "a name of 201 characters": ("a" * 201 + ",b\n1,2\n", {}, "too_large", None, None, None),
    "a control character in a name": ("a\x07,b\n1,2\n", {}, "data_error", None, None, None),
}


@pytest.mark.parametrize("trouble", REFUSED)
def test_what_cannot_be_known_is_refused_with_its_place_and_cure(trouble: str, tmp_path: Path) -> None:
    content, parse, code, line, byte, option = REFUSED[trouble]
    with pytest.raises(ReadingFailed) as caught:
        read_text(tmp_path, content, **parse)
    failed = caught.value
    assert (failed.code, failed.line, failed.byte, failed.option) == (code, line, byte, option)
    if option and "columns" not in option and "encoding" not in option:
        read_text(tmp_path, content, **parse | option)


FOUND: dict[str, tuple[str, set[str]]] = {
    "two columns of one name": ("x,x\n1,2\n", {"duplicate_names"}),
    "an index without a name": (",a\n0,5\n1,6\n", {"unnamed_column"}),
    "missing words": ("a,b\n?,1\n2,3\n", {"missing_words"}),
    "ids above 2^53": ("id,n\n9007199254740993,1\n", {"looks_like_id"}),
    "one leading zero": ("a,b\n1,x\n01,y\n", {"kept_as_text"}),
    "dates of unproven order": ("d,n\n01/02/2020,1\n", {"kept_as_text"}),
    "a delimiter at the end": ("a,b,\n1,2,\n", {"trailing_delimiter"}),
    "words above words": ("a,b\nx,y\n", {"ambiguous_header"}),
    "a header of years": ("c,2019,2020\nx,1,2\n", {"ambiguous_header"}),
    "nothing": ("a,b\n1,2.5\n", set()),
}


@pytest.mark.parametrize("case", FOUND)
def test_a_reading_that_might_surprise_is_a_finding(case: str, tmp_path: Path) -> None:
    content, findings = FOUND[case]
    assert read_text(tmp_path, content).findings == findings


def test_the_resolved_parse_reads_the_same_again(tmp_path: Path) -> None:
    content = 'sep=;\nzip;d;x;y\n01067;13.2.2020;"1.234,5";?\n"a;b";14.2.2020;2;7\n'
    first = read_text(tmp_path, content)
    again = read_text(tmp_path, content, **first.read.parse)
    assert again.read.digest == first.read.digest
    assert again.read.parse == first.read.parse
    assert again.read.guessed == {}


def test_each_row_knows_its_line(tmp_path: Path) -> None:
    content = 'report\na,b\n1,"x\r\ny"\n\n2,"p\nq\nr"\n3,z\n'
    assert read_text(tmp_path, content, skip_rows=1).lines == [3, 6, 9]


def test_what_is_left_out_is_listed(tmp_path: Path) -> None:
    table = read_text(tmp_path, "a,b\n1\n2,3\n4,5,6\na,b\n", ragged="leave_out")
    left_out = table.read.left_out
    assert left_out.count == 3
    assert [(row.line, row.reason, row.text) for row in left_out.listed] == [
        (2, "has 1 cell instead of 2", "1"),
        (4, "has 3 cells instead of 2", "4,5,6"),
        (5, "repeats the row of names", "a,b"),
    ]


def test_the_evidence_counts_all_cells_and_shows_the_first_that_decided(tmp_path: Path) -> None:
    column = read_text(tmp_path, late("01234")).read.columns[0]
    assert column.evidence == {
        "cells": LATE + 1, "integer": LATE, "leading_zero": 1, "first": {"line": LATE + 2, "text": "01234"}
    }  # fmt: skip
    assert column.would_be == {"integer": "if the leading zero is dropped"}
    assert column.examples == ("1", "2", "3", "4", "5")


def test_files_of_one_data_set_are_one_table_in_the_order_of_the_first(tmp_path: Path) -> None:
    sources = [_file(tmp_path, "train", "a;b\n1;x\n2;y\n"), _file(tmp_path, "test", "b;a\nz;3,5\n")]
    table = read_files(sources, tmp_path)
    assert table.types == ["number", "text"]
    assert table.columns == [[1.0, 2.0, 3.5], ["x", "y", "z"]]
    assert [(file.name, file.rows, file.split) for file in table.read.files] == [
        ("train.csv", 2, "train"),
        ("test.csv", 1, "test"),
    ]


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    sources = [_file(tmp_path, "train", "a,b\n1,x\n"), _file(tmp_path, "test", "a,c\n1,x\n")]
    with pytest.raises(ReadingFailed, match=r"test\.csv lacks 'b' and has 'c' as well"):
        read_files(sources, tmp_path)


def test_progress_goes_from_nothing_to_all_bytes(tmp_path: Path) -> None:
    source = _file(tmp_path, "train", "a,b\n" + "1,2\n" * 2_000_000)
    seen: list[tuple[int, int]] = []
    out = tmp_path / "out"
    out.mkdir()
    report: Callable[[int, int], None] = lambda done, total: seen.append((done, total))  # noqa: E731
    read_csv([source], CsvParse(), out, progress=report)
    size = source.path.stat().st_size
    assert seen == sorted(seen)
    assert len(seen) >= 4
    assert seen[-1] == (size, size)


def _file(folder: Path, part: Any, content: str) -> SourceFile:
    path = folder / f"{part}.csv"
    path.write_text(content)
    return SourceFile(path, path.name, part)


def test_a_wide_table_is_read_into_several_files(tmp_path: Path) -> None:
    width = 2300
    names = ",".join(f"x{i}" for i in range(width))
    rows = [[i * j if j % 700 else f"t{i}" for j in range(width)] for i in range(1, 4)]
    table = read_text(tmp_path, "\n".join([names, *(",".join(map(str, row)) for row in rows)]) + "\n")
    assert table.columns == [list(column) for column in zip(*rows, strict=True)]
    assert table.types == ["integer" if j % 700 else "text" for j in range(width)]
    assert len(list(table.folder.glob("*.parquet"))) == 3
    last = table.read.columns[-1]
    assert (last.distinct, last.minimum, last.maximum) == (3, width - 1.0, 3 * (width - 1.0))


def test_more_columns_than_the_limit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="20000"):
        read_text(tmp_path, ",".join(f"x{i}" for i in range(20_001)) + "\n" + ",".join("1" * 20_001) + "\n")


@pytest.mark.parametrize(
    ("content", "first"),
    [
        ("a,b\n1,x\n2,x\nNA,x\nold,x\n3,x\n", (5, "old")),
        ("a,b\nlow,x\nhigh,x\n", (2, "low")),
        ('a,b\n"x\ny",1\n01234,2\n', (2, "x\ny")),
        ("a,b\n1,x\n01234,x\n", (3, "01234")),
        ("a,b\n1,x\n2.5,x\n", None),
    ],
)
def test_the_first_text_of_a_column_and_its_line_are_kept(
    content: str, first: tuple[int, str] | None, tmp_path: Path
) -> None:
    found = read_text(tmp_path, content).read.columns[0].first_text
    assert (None if found is None else (found.line, found.text)) == first
