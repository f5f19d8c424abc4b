"""A sheet as text cells, with the types that its own cells state."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice

from python_calamine import CalamineSheet

from gradus.facts import ColumnType
from gradus.wire.table import LeftOut
from reading.cells import Batch
from reading.failure import ReadingFailed
from reading.request import Limits
from reading.sheets.workbook import SheetCell
from reading.source import SourceFile

ROWS = 16_384
"""Rows of a batch."""
_EXACT = 2**53


class SheetCells:
    """The cells of a rectangle of a sheet. Rows without any content are skipped."""

    def __init__(
        self,
        file: SourceFile,
        sheet: CalamineSheet,
        rectangle: tuple[int, int, int, int],
        names: Sequence[str] | None,
        limits: Limits,
    ) -> None:
        """`names` is None if the first row has the names."""
        self.file = file
        self._sheet = sheet
        self._first, self._last, self._left, self._right = rectangle
        self._header = names is None
        self._limits = limits
        self._row = self._first
        self._stated: dict[int, set[ColumnType | None]] = {}
        self.names = list(names) if names is not None else next(iter(self.rows(header=True)))[1]

    @property
    def stated(self) -> Mapping[int, ColumnType]:
        """After a pass: the columns of dates, times or booleans, which a sheet distinguishes from text and numbers."""
        stated: dict[int, ColumnType] = {}
        for i, types in self._stated.items():
            if types == {"date", "datetime"}:
                stated[i] = "datetime"
            elif len(types) == 1 and (only := next(iter(types))) is not None:
                stated[i] = only
        return stated

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """Always empty."""
        return ()

    @property
    def left_out_count(self) -> int:
        """Always 0."""
        return 0

    def bytes_done(self) -> int:
        """Bytes of the file in proportion to the rows that are done."""
        share = (self._row - self._first) / max(1, self._last - self._first + 1)
        return int(share * self.file.path.stat().st_size)

    def batches(self) -> Iterator[Batch]:
        """All rows below the names."""
        self._stated = {}
        rows = self.rows(header=False)
        while batch := list(islice(rows, ROWS)):
            yield Batch(list(zip(*(cells for _, cells in batch), strict=True)), [row for row, _ in batch])

    def rows(self, *, header: bool) -> Iterator[tuple[int, list[str]]]:
        """The rows as text, each with its number in the sheet, from 1. `header` includes the row of names."""
        left = (self._sheet.start or (0, 0))[1]
        # The iterator leaves out empty columns on the left, but no empty rows at the top.
        for row, cells in enumerate(self._sheet.iter_rows()):
            self._row = row
            if self._row < self._first or (self._row == self._first and self._header and not header):
                continue
            if self._row > self._last:
                return
            texts = [self._text(i, cells, left, header=header) for i in range(self._right - self._left + 1)]
            if any(texts) or header:
                yield self._row + 1, texts

    def _text(self, column: int, cells: Sequence[SheetCell], left: int, *, header: bool) -> str:
        place = self._left + column - left
        cell = cells[place] if 0 <= place < len(cells) else ""
        if cell == "" and isinstance(cell, str):
            return ""
        if not header:
            self._stated.setdefault(column, set()).add(_stated(cell))
        text = _as_text(cell)
        if len(text) > self._limits.cell_bytes:
            raise ReadingFailed(
                "too_large",
                f"{self.file.name}: row {self._row + 1} has a text of {len(text):,} characters; "
                f"{self._limits.cell_bytes:,} bytes are allowed.",
                file=self.file.name,
                line=self._row + 1,
                around=text[:80],
            )
        return text


def _stated(cell: SheetCell) -> ColumnType | None:
    if isinstance(cell, bool):
        return "boolean"
    if isinstance(cell, datetime):
        return "datetime"
    return "date" if isinstance(cell, date) else None


def _as_text(cell: SheetCell) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) <= _EXACT:
            return str(int(cell))
        case float():
            return repr(cell)
        case datetime():
            return cell.isoformat(" ")
    return str(cell)
