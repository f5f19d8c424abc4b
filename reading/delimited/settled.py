"""The dialect and names of a file, once every option is given or guessed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gradus.parse.text import CsvParse
from reading.census.kinds import EMPTY, MISSING, TEXT, kind_of
from reading.delimited import marks
from reading.delimited.broken import Broken
from reading.delimited.decoding import Decoded, Open, encoding_of, open_plain
from reading.delimited.dialect import Dialect
from reading.delimited.filters import LINE_END, prepared
from reading.delimited.guess import guess_delimiter, guess_quote
from reading.delimited.header import Header, judge_header
from reading.delimited.rows import Rows
from reading.failure import ReadingFailed
from reading.source import SourceFile

SAMPLE = 1 << 20
"""Number of characters from which the dialect is guessed."""
_BELOW = 1000
"""Number of rows with which the first row is compared."""


@dataclass(frozen=True)
class Settled:
    """How a file is divided into named columns."""

    encoding: str
    dialect: Dialect
    header: bool
    skip_rows: int
    ragged: Literal["refuse", "pad", "leave_out"]
    width: int
    names: tuple[str, ...]
    """The names in the file; empty texts where there are none."""
    header_row: str | None
    trailing: bool
    """Whether each row ends with an extra delimiter."""
    guessed: dict[str, str]
    doubts: dict[str, str]
    """The options whose guess is doubtful, each with the reason."""


def settle(file: SourceFile, parse: CsvParse, open_bytes: Open = open_plain) -> Settled:
    """Guess what `parse` leaves open from the first MiB of the file.

    Raises:
        ReadingFailed: there is no row, or the bytes are not text.
        Broken: a quote is misplaced, so that not even the first rows can be divided.
    """
    guessed: dict[str, str] = {}
    doubts: dict[str, str] = {}
    encoding = _encoding(file, parse, open_bytes, guessed)
    sample, whole = _sample(Decoded(file, encoding, open_bytes))
    skip_rows = parse.skip_rows or 0
    delimiter = parse.delimiter
    if parse.skip_rows is None and (found := _excel_line(sample)):
        skip_rows, guessed["skip_rows"] = 1, f"the first line is {found!r}, which tells Excel the delimiter"
        delimiter = found[4:] if delimiter is None else delimiter
        guessed["delimiter"] = f"the first line says {found!r}"
    given = _given(parse)
    text = "".join(prepared(iter([sample]), given, skip_rows))
    if parse.quote is None:
        quote, guessed["quote"] = guess_quote(text)
        given = replace(given, quote=quote)
    if delimiter is None:
        delimiter, guessed["delimiter"], doubtful = guess_delimiter(text, given, whole)
        if doubtful:
            doubts["delimiter"] = guessed["delimiter"]
    dialect = replace(given, delimiter=delimiter)
    chunks = prepared(iter([sample]), dialect, skip_rows)
    rows = _first_rows(file, chunks, dialect, skip_rows, whole, judged=parse.header is None)
    first, width, trailing = _width(rows)
    verdict = _header(parse, first, [row[:width] for row in rows.cells[1:] if len(row) == width + trailing])
    if parse.header is None:
        guessed["header"] = verdict.because
        if verdict.ambiguous:
            doubts["header"] = verdict.because
    return Settled(
        encoding,
        dialect,
        verdict.is_header,
        skip_rows,
        parse.ragged or "refuse",
        width,
        tuple(first) if verdict.is_header else ("",) * width,
        rows.raw if verdict.is_header else None,
        trailing,
        guessed,
        doubts,
    )


def _encoding(file: SourceFile, parse: CsvParse, open_bytes: Open, guessed: dict[str, str]) -> str:
    if parse.encoding is not None:
        return parse.encoding
    with open_bytes(file) as stream:
        encoding = encoding_of(stream.read(4))
    how = "all bytes are UTF-8" if encoding == "utf-8" else "the first bytes are the mark of this encoding"
    guessed["encoding"] = how
    return encoding


def _sample(decoded: Decoded) -> tuple[str, bool]:
    """The beginning of the file, in whole lines, and whether this is the whole file."""
    text = ""
    chunks = decoded.chunks(SAMPLE)
    for chunk in chunks:
        text += chunk
        if len(text) >= SAMPLE // 4:
            break
    else:
        return text, True
    if next(chunks, None) is None:
        return text, True
    end = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
    return (text[:end] if end else text), False


def _excel_line(sample: str) -> str | None:
    line = LINE_END.split(sample[:20], maxsplit=1)[0]
    return line if line.lower().startswith("sep=") and 5 <= len(line) <= 6 else None


def _given(parse: CsvParse) -> Dialect:
    quote = parse.quote if parse.quote is not None else '"'
    escape = parse.escape or ""
    keep = parse.bare_quotes == "keep" or (parse.bare_quotes is None and parse.quote not in (None, "", '"'))
    trim = True if parse.trim is None else parse.trim
    return Dialect("", quote, "" if escape == quote else escape, keep, parse.comment or "", trim)


@dataclass(frozen=True)
class _First:
    """The first rows of a file."""

    raw: str
    """The first row, with marks."""
    cells: list[list[str]]
    ends: list[bool]
    """Whether each row ends in a delimiter."""


def _first_rows(
    file: SourceFile, chunks: Iterator[str], dialect: Dialect, skip_rows: int, whole: bool, *, judged: bool
) -> _First:
    """The first rows. Unless `judged`, the cells below the first row are left untrimmed and with marks."""
    reader = Rows(dialect, 1 + skip_rows)
    raw = [
        row
        for block in reader.blocks(chunks, whole=whole)
        for row in block.rows
        if row != marks.COMMENT and row.strip(dialect.blanks)
    ]
    if not raw and not whole:
        raise Broken(1 + skip_rows, 0, f"the first row is longer than {SAMPLE >> 20} MiB", "too_large")
    if not raw:
        raise ReadingFailed("no_rows", f"{file.name} has no rows", file=file.name, line=1)
    split = [row.split(reader.delimiter) if reader.delimiter else [row] for row in raw[: _BELOW + 1]]
    restored, blanks = (split if judged else split[:1]), dialect.blanks
    return _First(
        raw[0],
        [[marks.restore(c.strip(blanks), dialect.delimiter, dialect.quote) for c in row] for row in restored]
        + split[len(restored) :],
        [not row[-1].strip(blanks) for row in split],
    )


def _width(rows: _First) -> tuple[list[str], int, bool]:
    """The names or first cells, their number, and whether each row ends with an extra delimiter.

    If only the first row lacks the extra delimiter, it may lack a name instead: then the rows are ragged.
    """
    first, below = rows.cells[0], rows.cells[1:]
    ending = all(rows.ends[1:])
    if len(first) > 1 and ending and rows.ends[0] and all(len(row) == len(first) for row in below):
        return first[:-1], len(first) - 1, True
    return first, len(first), False


def _header(parse: CsvParse, first: Sequence[str], below: Sequence[Sequence[str]]) -> Header:
    if parse.header is not None:
        return Header("", is_header=parse.header)
    if not below:
        values = [cell for cell in first if kind_of(cell) not in (TEXT, EMPTY, MISSING)]
        because = f"the only row has {values[0]!r}" if values else "the only row has nothing but words"
        return Header(because, is_header=not values, ambiguous=True)
    return judge_header(first, below)
