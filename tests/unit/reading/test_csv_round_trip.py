"""Any table, written in any dialect, is read as the same table."""

import csv
import io
import string
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradus.parse.text import CsvParse
from reading.delimited.csv_cells import CsvCells
from reading.delimited.dialect import Dialect
from reading.delimited.filters import prepared
from reading.delimited.rows import Rows
from reading.source import SourceFile
from tests.unit.reading.csv_reading import read_text

CHARACTERS = st.one_of(
    st.sampled_from("\",;\t|'\\ \n\r#0123456789.-ab"),
    st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\x00"),
)
TEXTS = st.text(CHARACTERS, max_size=6)
DELIMITERS = st.sampled_from([",", ";", "\t", "|", ":", "^", "\x1f", ", ", "||", "\t\t", " ;"])
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=8))


def written(rows: list[list[str]], delimiter: str, quote: str, end: str, minimal: bool) -> str:
    """The rows as CSV by RFC 4180, with these delimiters and quotes. Cells are quoted if they begin or end with blanks,
    or if their line might count as blank."""

    def cell(text: str, lonely: bool) -> str:
        needs = lonely or text != text.strip(" \t") or any(mark in text for mark in (*delimiter, quote, "\n", "\r"))
        return f"{quote}{text.replace(quote, quote * 2)}{quote}" if needs or not minimal else text

    return "".join(delimiter.join(cell(text, not any(row)) for text in row) + end for row in rows)


@settings(max_examples=150, deadline=None)
@given(tables(), DELIMITERS, st.sampled_from("\"'$"), LINE_ENDS, st.booleans(), st.sampled_from(["utf-8", "utf-16"]))
def test_cells_come_back_in_any_dialect_that_is_told(
    rows: list[list[str]], delimiter: str, quote: str, end: str, minimal: bool, encoding: str
) -> None:
    names = [f"name{i}" for i in range(len(rows[0]))]
    content = written([names, *rows], delimiter, quote, end, minimal).encode(encoding)
    parse = CsvParse(delimiter=delimiter, quote=quote, bare_quotes="refuse", header=True, encoding=encoding)
    assert cells_of(content, parse) == [names, *rows]


@settings(max_examples=100, deadline=None)
@given(tables(), DELIMITERS, st.sampled_from("\"'$"), LINE_ENDS)
@example([["|", "||a|"]], "||", '"', "\n")
@example([["|", "", "|"]], "||", "'", "\n")
@example([["", "a"]], "\t\t", '"', "\n")
@example([["a b", "c"]], " ;", '"', "\n")
def test_keeping_bare_quotes_changes_nothing_where_none_is(
    rows: list[list[str]], delimiter: str, quote: str, end: str
) -> None:
    rows = [[f"name{i}" for i in range(len(rows[0]))], *rows]
    content = written(rows, delimiter, quote, end, minimal=True).encode()
    refuse = CsvParse(delimiter=delimiter, quote=quote, bare_quotes="refuse", header=True)
    keep = refuse.model_copy(update={"bare_quotes": "keep"})
    assert cells_of(content, refuse) == cells_of(content, keep) == rows


@settings(max_examples=100, deadline=None)
@given(tables(), st.sampled_from(",;\t|"), LINE_ENDS)
def test_the_standard_writers_files_come_back(rows: list[list[str]], delimiter: str, end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    parse = CsvParse(delimiter=delimiter, header=False)
    assert cells_of(text.getvalue().encode(), parse) == rows


@settings(max_examples=150, deadline=None)
@given(st.text(CHARACTERS, max_size=60), st.integers(1, 20), DELIMITERS)
def test_it_does_not_matter_where_chunks_end(content: str, size: int, delimiter: str) -> None:
    dialect = Dialect(delimiter, '"', "\\", keep_bare_quotes=True, comment="#")
    assert rows_in(content, dialect, len(content) + 1) == rows_in(content, dialect, size)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**53), 2**53),
    "number": st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x if x % 1 else x + 0.5).filter(
        lambda x: x % 1 != 0
    ),
    "boolean": st.booleans(),
    "date": st.dates(),
    "datetime": st.datetimes(),
    "text": st.text(string.ascii_letters, min_size=8, max_size=12),
}  # fmt: skip


@st.composite
def typed_tables(draw: st.DrawFn) -> tuple[list[str], list[list[Any]]]:
    types = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=2, max_size=5))
    rows = draw(st.integers(2, 8))
    columns = []
    for kind in types:
        values = draw(st.lists(VALUES[kind] | st.none(), min_size=rows, max_size=rows))
        columns.append([draw(VALUES[kind]), *values])
    return types, columns


@settings(max_examples=12, deadline=None)
@given(typed_tables(), st.sampled_from(",;\t|"), LINE_ENDS)
def test_values_and_types_come_back_with_nothing_told(
    table: tuple[list[str], list[list[Any]]], delimiter: str, end: str
) -> None:
    types, columns = table
    names = [f"name{i}" for i in range(len(types))]
    rows = [[shown(value) for value in row] for row in zip(*columns, strict=True)]
    with TemporaryDirectory() as folder:
        stored = read_text(Path(folder), written([names, *rows], delimiter, '"', end, minimal=True))
        assert stored.names == names
        assert stored.types == types
        assert stored.columns == columns


def shown(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)


def cells_of(content: bytes, parse: CsvParse) -> list[list[str | None]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(content)
        cells = CsvCells.of(SourceFile(path, path.name), parse)
        rows: list[list[str | None]] = [list(cells.names)] if parse.header else []
        for batch in cells.batches():
            rows += map(list, zip(*batch.columns, strict=True))
        return rows


def rows_in(content: str, dialect: Dialect, size: int) -> list[tuple[int, str]] | str:
    chunks = (content[i : i + size] for i in range(0, len(content), size))
    try:
        blocks = list(Rows(dialect).blocks(prepared(chunks, dialect, 0)))
    except Exception as error:  # the same one must come from both
        return f"{type(error).__name__}: {error}"
    return [(line, row) for block in blocks for line, row in zip(block.lines, block.rows, strict=True)]


@pytest.mark.parametrize("cells", [["a", "b"], ["", "b"], ["", ""]])
def test_the_smallest_tables_come_back(cells: list[str]) -> None:
    parse = CsvParse(delimiter=",", header=False)
    assert cells_of(written([cells], ",", '"', "\n", minimal=True).encode(), parse) == [cells]
