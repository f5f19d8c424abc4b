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
from reading.text_table import CheckNames, Progress, Reading, read_cells


def read_csv(
    files: Sequence[SourceFile],
    parse: CsvParse,
    folder: Path,
    limits: Limits | None = None,
    progress: Progress = lambda *_: None,
    open_bytes: Open = open_plain,
    check_names: CheckNames = lambda _: None,
) -> ReadTable:
    """Read files of delimited text into the stored table of an empty folder.

    All files are read in the dialect of the first one.

    Raises:
        ReadingFailed: a file breaks a rule of its dialect, or has no rows.
    """
    first = CsvCells.of(files[0], parse, open_bytes)
    resolved = resolved_parse(first)
    told = CsvParse.model_validate(resolved | parse.model_dump(exclude_none=True))
    cells = [first, *(CsvCells.of(file, told, open_bytes) for file in files[1:])]
    settled = first.settled
    reading = Reading(resolved, settled.guessed, settled.dialect.delimiter, lambda: findings_of_text(cells))
    return read_cells(cells, parse, reading, folder, limits, progress, check_names)


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


def findings_of_text(files: Sequence[CsvCells]) -> list[Finding]:
    """Findings about doubtful guesses, and about rows that were not kept as they are."""
    settled = files[0].settled
    found = [
        finding(f"data_ambiguous_{option}", f"{because}: give `{option}` if this guess is wrong", str(because), option)
        for option, because in settled.doubts.items()
    ]
    if settled.trailing:
        because = "every row ends in a delimiter with nothing behind it: that empty column is dropped"
        found.append(finding("data_trailing_delimiter", because, settled.width, "columns", severity="warning"))
    if bare := sum(file.bare_quotes for file in files):
        because = f"{bare} quotes in the middle of cells were kept as characters, as `bare_quotes` says"
        found.append(finding("data_bare_quotes", because, bare, "quotes"))
    if padded := sum(file.account.padded for file in files):
        line = next(file.account.first_padded for file in files if file.account.padded)
        because = f"{padded} rows with too few cells were filled with missing values, the first in line {line}"
        found.append(finding("data_padded_rows", because, padded, "rows", severity="warning"))
    if count := sum(file.left_out_count for file in files):
        first = next(file.left_out[0] for file in files if file.left_out)
        because = f"{count} rows were left out: line {first.line} {first.reason}"
        found.append(finding("data_rows_left_out", because, count, "rows", severity="warning"))
    if blank := sum(file.account.blank for file in files):
        found.append(finding("data_blank_lines", f"{blank} empty lines were skipped", blank, "lines"))
    return found
