"""Reading of CSV files."""

from collections.abc import Sequence
from pathlib import Path

from gradus.parse.text import CsvParse
from gradus.wire.finding import Finding
from gradus.wire.table import ReadTable
from reading.delimited.csv_cells import CsvCells
from reading.delimited.decoding import Open, open_plain
from reading.findings import finding
from reading.request import Limits
from reading.source import SourceFile
from reading.text_table import Progress, Reading, read_cells


def read_csv(
    files: Sequence[SourceFile],
    parse: CsvParse,
    folder: Path,
    limits: Limits | None = None,
    progress: Progress = lambda *_: None,
    open_bytes: Open = open_plain,
) -> ReadTable:
    """Read files of delimited text into the stored table of an empty folder.

    The dialect of the first file is that of all.

    Raises:
        ReadingFailed: a file breaks a rule of its dialect, or has no rows.
    """
    first = CsvCells.of(files[0], parse, open_bytes)
    resolved = resolved_parse(first)
    told = CsvParse.model_validate(resolved | parse.model_dump(exclude_none=True))
    cells = [first, *(CsvCells.of(file, told, open_bytes) for file in files[1:])]
    settled = first.settled
    reading = Reading(resolved, settled.guessed, settled.dialect.delimiter, _findings(first))
    return read_cells(cells, parse, reading, folder, limits, progress)


def resolved_parse(cells: CsvCells) -> dict[str, str | bool | int]:
    """The options of delimited text, written out."""
    settled = cells.settled
    dialect = settled.dialect
    return {
        "kind": "csv",
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "escape": dialect.escape,
        "bare_quotes": "keep" if dialect.keep_bare_quotes else "refuse",
        "header": settled.header,
        "skip_rows": settled.skip_rows,
        "comment": dialect.comment,
        "encoding": settled.encoding.removesuffix("-sig"),
        "ragged": settled.ragged,
        "trim": dialect.trim,
    }


def _findings(cells: CsvCells) -> tuple[Finding, ...]:
    settled = cells.settled
    found = [
        finding(f"data_ambiguous_{option}", f"{because}: `{option}` says it otherwise", str(because), option)
        for option, because in settled.doubts.items()
    ]
    if settled.trailing:
        because = "every row ends in a delimiter with nothing behind it: that empty column is dropped"
        found.append(finding("data_trailing_delimiter", because, settled.width, "columns"))
    return tuple(found)
