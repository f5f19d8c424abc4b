"""A file of delimited text as text cells."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gradus.facts import ColumnType
from gradus.parse.text import CsvParse
from gradus.wire.table import LeftOut
from reading.cells import Batch
from reading.delimited.broken import Broken
from reading.delimited.columns import Account, Columns
from reading.delimited.decoding import CHUNK, Decoded, Open, open_plain
from reading.delimited.filters import prepared
from reading.delimited.grid import Grid
from reading.delimited.place import place
from reading.delimited.rows import Rows
from reading.delimited.settled import SAMPLE, Settled, settle
from reading.failure import ReadingFailed
from reading.source import SourceFile

_BEGINNING = 1 << 14
"""Least number of characters in the first piece of a file."""


class CsvCells:
    """The cells of a file in a settled dialect."""

    def __init__(self, file: SourceFile, settled: Settled, open_bytes: Open = open_plain) -> None:
        self.file = file
        self.settled = settled
        self._decoded = Decoded(file, settled.encoding, open_bytes)
        self._columns = self._new_columns()
        self.bare_quotes = 0
        """How many quotes in the middle of cells were taken as characters in the last pass."""

    @classmethod
    def of(cls, file: SourceFile, parse: CsvParse, open_bytes: Open = open_plain) -> "CsvCells":
        """The cells of a file, read with the given options; options that are not given are guessed.

        Raises:
            ReadingFailed: the beginning of the file, from which options are guessed, is broken.
        """
        try:
            return cls(file, settle(file, parse, open_bytes), open_bytes)
        except Broken as broken:
            encoding = parse.encoding or "utf-8-sig"
            raise failure(broken, Decoded(file, encoding, open_bytes), file, None) from None

    @property
    def names(self) -> Sequence[str]:
        """The names in the file, empty where there are none."""
        return self.settled.names

    @property
    def stated(self) -> Mapping[int, ColumnType]:
        """Nothing: text states no types."""
        return {}

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """The first rows that the last pass left out."""
        return self._columns.account.listed

    @property
    def left_out_count(self) -> int:
        """How many rows the last pass left out."""
        return self._columns.account.left_out

    @property
    def account(self) -> Account:
        """What the last pass did to rows that it did not simply keep."""
        return self._columns.account

    def bytes_done(self) -> int:
        """How many bytes the present pass has used."""
        return self._decoded.bytes_done

    def batches(self) -> Iterator[Batch]:
        """All rows.

        Raises:
            ReadingFailed: a row breaks the rules.
        """
        self._columns = self._new_columns()
        settled = self.settled
        reader = Rows(settled.dialect, 1 + settled.skip_rows)
        chunks = prepared(self._decoded.chunks(_chunk_bytes(settled.width)), settled.dialect, settled.skip_rows)
        try:
            for block in reader.blocks_or_grids(_beginning_apart(chunks), self._regular):
                if isinstance(block, Grid):
                    yield Batch(block.columns, block.lines)
                    continue
                columns, lines = self._columns.of(self._columns.without_header(block) if self._names_first else block)
                self.bare_quotes = reader.bare_quotes
                if lines:
                    yield Batch(columns, lines)
        except Broken as broken:
            raise failure(broken, self._decoded, self.file, settled) from None

    @property
    def _names_first(self) -> bool:
        return self.settled.header and self._columns.header is None

    def _regular(self, text: str, line: int) -> Grid | None:
        return None if self._names_first else self._columns.regular(text, line)

    def _new_columns(self) -> Columns:
        s = self.settled
        delimiter = Rows(s.dialect).delimiter
        return Columns(self.file.name, s.dialect, delimiter, s.width, s.ragged, trailing=s.trailing)


def _chunk_bytes(width: int) -> int:
    """Bytes of a chunk; more in wide tables, because every column takes some time in each batch, however few rows the
    batch has."""
    return CHUNK * min(4, 1 + width // 5000)


def _beginning_apart(chunks: Iterator[str]) -> Iterator[str]:
    """The chunks, the first one split in two: its beginning has the column names, and only blocks without them can be
    regular."""
    first = next(chunks, "")
    end = first.find("\n", _BEGINNING) + 1
    yield first[:end]
    yield first[end:]
    yield from chunks


def failure(broken: Broken, decoded: Decoded, file: SourceFile, settled: Settled | None) -> ReadingFailed:
    """The failure with its place in the file and, if there is one, the option with which the file could be read."""
    byte, around = place(decoded, broken.line, broken.column)
    message = f"line {broken.line}: {broken}"
    option: dict[str, Any] = {}
    if broken.kind == "bare_quote":
        option = {"bare_quotes": "keep"}
        message += '. If it is a character of the cell, give `bare_quotes: "keep"`'
    elif broken.kind == "quote" and broken.code == "data_error":
        option = {"quote": ""}
        message += '. If quotes are ordinary characters here, give `quote: ""`'
    elif broken.kind == "ragged" and settled is not None:
        option = _cure(decoded, settled)
        message += '. Correct it, or give `ragged: "pad"` or `"leave_out"`'
        if skip := option.get("skip_rows"):
            message += (
                f". The rows from line {skip + 1} on are alike: if the table begins there, give `skip_rows: {skip}`"
            )
    return ReadingFailed(
        broken.code, message, file=file.name, line=broken.line, byte=byte, around=around, option=option or None
    )


def _cure(decoded: Decoded, settled: Settled) -> dict[str, Any]:
    """The options that would read a ragged file: lines to skip, if all rows after the first few are alike; else leaving
    rows out."""
    reader = Rows(settled.dialect, 1 + settled.skip_rows)
    chunks = prepared(iter([next(decoded.chunks(SAMPLE), "")]), settled.dialect, settled.skip_rows)
    rows: list[tuple[int, int]] = []
    try:
        for block in reader.blocks(chunks, whole=False):
            rows += [
                (number, row.count(reader.delimiter) if reader.delimiter else 0)
                for number, row in zip(block.lines, block.rows, strict=True)
                if row.strip(settled.dialect.blanks)
            ]
    except Broken:
        return {"ragged": "leave_out"}
    usual = Counter(count for _, count in rows).most_common(1)[0][0] if rows else 0
    odd = [i for i, (_, count) in enumerate(rows) if count != usual]
    if odd and odd[0] == 0 and odd == list(range(len(odd))) and len(odd) < min(len(rows) - 1, 100):
        return {"skip_rows": rows[len(odd)][0] - 1}
    return {"ragged": "pad" if all(count <= settled.width - 1 for _, count in rows) else "leave_out"}
