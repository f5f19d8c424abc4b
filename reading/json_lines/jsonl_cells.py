"""A file of JSON lines as text cells. JSON distinguishes texts from numbers, so "1" is never read as the number 1."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gradus.facts import ColumnType
from gradus.parse.text import JsonlParse
from gradus.wire.table import LeftOut, ReadTable
from reading.cells import Batch, Cell
from reading.delimited.decoding import CHUNK, Decoded, Open, encoding_of, open_plain
from reading.failure import ReadingFailed
from reading.json_lines.objects import Written, objects, written
from reading.json_lines.regular import Regular
from reading.request import Limits
from reading.source import SourceFile
from reading.text_table import CheckNames, Progress, Reading, read_cells


class JsonlCells:
    """The cells of a file: a column for each key of any object, in the order in which they first appear."""

    left_out: Sequence[LeftOut] = ()
    left_out_count = 0

    def __init__(self, file: SourceFile, limits: Limits, open_bytes: Open = open_plain) -> None:
        """Go through the file once, for its keys.

        Raises:
            ReadingFailed: a line is not an object, or there are too many keys.
        """
        self.file = file
        with open_bytes(file) as stream:
            encoding = encoding_of(stream.read(4))
        self._decoded = Decoded(file, encoding, open_bytes)
        self._text: dict[str, bool] = {}
        for rows in objects(self._decoded, CHUNK):
            if isinstance(rows, Regular):
                self._learn_regular(rows, limits)
                continue
            for line, row in rows:
                self._learn(row, line, limits)
        if not self._text:
            raise ReadingFailed("no_rows", f"{file.name} has no objects", file=file.name, line=1)

    def _learn(self, row: Mapping[str, Any], line: int, limits: Limits) -> None:
        for key, value in row.items():
            if key not in self._text:
                self._refuse_half(key, line)
            if not self._text.get(key, False):
                self._text[key] = isinstance(value, str | list | dict) and not isinstance(value, Written)
        self._refuse_many(line, limits)

    def _learn_regular(self, rows: Regular, limits: Limits) -> None:
        for key, text in zip(rows.keys, rows.texts, strict=True):
            self._text[key] = text or self._text.get(key, False)
        self._refuse_many(rows.lines.start, limits)

    def _refuse_many(self, line: int, limits: Limits) -> None:
        if len(self._text) > limits.columns:
            message = f"the objects up to line {line} have more than {limits.columns} keys, the limit of columns"
            raise ReadingFailed("too_large", message, file=self.file.name, line=line)

    @property
    def names(self) -> Sequence[str]:
        """The keys."""
        return tuple(self._text)

    @property
    def stated(self) -> Mapping[int, ColumnType]:
        """The columns in which some value is text."""
        return {i: "text" for i, text in enumerate(self._text.values()) if text}

    def bytes_done(self) -> int:
        """How many bytes the present pass has used."""
        return self._decoded.bytes_done

    def batches(self) -> Iterator[Batch]:
        """All objects; a key that one lacks is a missing value."""
        for rows in objects(self._decoded, CHUNK):
            if isinstance(rows, Regular):
                of_key = dict(zip(rows.keys, rows.columns, strict=True))
                absent = [None] * len(rows.lines)
                yield Batch([of_key.get(key, absent) for key in self._text], rows.lines)
            elif rows:
                columns = [[self._cell(row.get(key), line) for line, row in rows] for key in self._text]
                yield Batch(columns, [line for line, _ in rows])

    def _cell(self, value: Any, line: int) -> Cell:
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        text = value if isinstance(value, str) else written(value)
        self._refuse_half(text, line)
        return text

    def _refuse_half(self, text: str, line: int) -> None:
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            message = f"line {line} has half of a surrogate pair, which is not a character"
            raise ReadingFailed("data_error", message, file=self.file.name, line=line)


def read_jsonl(
    files: Sequence[SourceFile],
    parse: JsonlParse,
    folder: Path,
    limits: Limits | None = None,
    progress: Progress = lambda *_: None,
    open_bytes: Open = open_plain,
    check_names: CheckNames = lambda _: None,
) -> ReadTable:
    """Read files of JSON lines into the stored table of an empty folder.

    Raises:
        ReadingFailed: a line is not a JSON object, or there are no lines.
    """
    limits = limits or Limits()
    cells = [JsonlCells(file, limits, open_bytes) for file in files]
    # A point is the decimal mark of JSON, and it has no groups of digits.
    options = parse.model_copy(update={"decimal": parse.decimal or ".", "thousands": parse.thousands or ""})
    reading = Reading({"kind": "jsonl"}, {}, ",", indices=False)
    return read_cells(cells, options, reading, folder, limits, progress, check_names)
