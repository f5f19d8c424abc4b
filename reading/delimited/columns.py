"""Rows become columns of equal length; a row with too few or too many cells is refused, padded or left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from gradus.parse.cells import MAX_CELL
from gradus.wire.table import LeftOut
from reading.census.tally import MAX_TEXT
from reading.delimited import marks
from reading.delimited.broken import Broken
from reading.delimited.dialect import Dialect
from reading.delimited.grid import Grid, grid
from reading.delimited.rows import Block

LISTED = 100


@dataclass
class Account:
    """What happened to rows that were not simply kept."""

    blank: int = 0
    padded: int = 0
    first_padded: int | None = None
    left_out: int = 0
    listed: list[LeftOut] = field(default_factory=list)


class Columns:
    """Divides the rows of blocks into columns."""

    def __init__(
        self,
        file: str,
        dialect: Dialect,
        delimiter: str,
        width: int,
        ragged: Literal["refuse", "pad", "leave_out"],
        *,
        trailing: bool,
    ) -> None:
        """Columns for rows of `width` cells.

        Args:
            file: the name of the file.
            delimiter: what divides the rows of blocks.
            trailing: whether each row ends with an extra delimiter.
        """
        self._file, self._dialect, self._delimiter = file, dialect, delimiter
        self._width, self._ragged, self._trailing = width, ragged, trailing
        self._blanks = dialect.blanks
        self._pending: list[int] = []
        self.account = Account()
        self.header: str | None = None
        """The row of names; a row that repeats it is left out."""

    def of(self, block: Block) -> tuple[list[list[str]], list[int]]:
        """The columns of a block, with marks replaced by the characters they stand for, and the line of each row.

        Raises:
            Broken: a row has too few or too many cells, or a cell is too long.
        """
        rows, lines = self._kept(block)
        delimiter, width = self._delimiter, self._width + self._trailing
        if not rows:
            return [[] for _ in range(self._width)], []
        if self._width == 1 and not self._trailing:
            columns = [rows]
        else:
            cells = delimiter.join(rows).split(delimiter)
            columns = [cells[i::width] for i in range(width)]
        if self._blanks and block.blanks:
            columns = [_stripped(column, self._blanks) for column in columns]
        if self._trailing and any(columns.pop()):
            self._refuse_trailing(rows, lines)
        if block.marked:
            columns = [self._restored(column) for column in columns]
        self._check_length(rows, columns, lines)
        return columns, lines

    def regular(self, text: str, line: int) -> Grid | None:
        """The rows of a text, if each has as many cells as it should and none is left out."""
        dialect = self._dialect
        simple = len(dialect.delimiter) == 1 and (dialect.delimiter + dialect.quote).isascii()
        if not simple or self._width == 1 or self._trailing or dialect.escape or dialect.comment:
            return None
        if self.header is not None and self.header in text:
            return None
        if dialect.keep_bare_quotes and dialect.quote in text:
            return None
        return grid(text, dialect, self._width, line)

    def without_header(self, block: Block) -> Block:
        """The block without its first row that has cells, which has the names."""
        for i, row in enumerate(block.rows):
            if row != marks.COMMENT and row.strip(self._blanks):
                self.header = row
                return Block(block.rows[i + 1 :], block.lines[i + 1 :], block.marked, block.blanks)
        return Block([], [])

    def _kept(self, block: Block) -> tuple[list[str], list[int]]:
        """The rows with the right number of cells, after the others are treated as `ragged` says."""
        rows, lines, wanted = block.rows, block.lines, self._width - 1 + self._trailing
        counts = [row.count(self._delimiter) for row in rows] if self._delimiter else [0] * len(rows)
        plain = counts.count(wanted) == len(rows) and marks.COMMENT not in rows
        if plain and wanted and (self.header is None or self.header not in rows):
            return rows, lines
        kept, kept_lines = [], []
        for row, line, count in zip(rows, lines, counts, strict=True):
            taken = self._taken(row, line, count - wanted)
            if taken is None:
                continue
            if self._pending:  # empty lines in a file of one column: rows, unless nothing follows
                kept += [""] * len(self._pending)
                kept_lines += self._pending
                self._pending = []
            kept.append(taken)
            kept_lines.append(line)
        return kept, kept_lines

    def _taken(self, row: str, line: int, more: int) -> str | None:
        if row == marks.COMMENT:
            return None
        if not row.strip(self._blanks):
            if self._width == 1:
                self._pending.append(line)
            else:
                self.account.blank += 1
            return None
        if self.header is not None and row == self.header:
            self._leave_out(row, line, "repeats the row of names")
            return None
        if more == 0:
            return row
        if self._ragged == "refuse":
            raise self._wrong_count(line, more)
        if self._ragged == "pad" and more < 0:
            self.account.padded += 1
            self.account.first_padded = self.account.first_padded or line
            return row + self._delimiter * -more
        self._leave_out(row, line, f"has {self._cells(more)} instead of {self._width}")
        return None

    def _cells(self, more: int) -> str:
        count = self._width + more
        return "1 cell" if count == 1 else f"{count} cells"

    def _leave_out(self, row: str, line: int, reason: str) -> None:
        self.account.left_out += 1
        if len(self.account.listed) < LISTED:
            text = self._restore(row)[:MAX_TEXT]
            self.account.listed.append(LeftOut(file=self._file, line=line, reason=reason, text=text))

    def _wrong_count(self, line: int, more: int) -> Broken:
        cells = self._cells(more + self._trailing)
        return Broken(line, 0, f"this row has {cells}, not {self._width} as in the first row", kind="ragged")

    def _refuse_trailing(self, rows: Sequence[str], lines: Sequence[int]) -> None:
        for row, line in zip(rows, lines, strict=True):
            if row.rsplit(self._delimiter, 1)[-1].strip(self._blanks):
                message = f"this row has {self._width + 1} cells, not {self._width} as in the first row"
                raise Broken(line, 0, message, kind="ragged")

    def _restored(self, column: list[str]) -> list[str]:
        text = marks.SEAM.join(column)
        if text.isascii():
            return column
        restored = self._restore(text)
        return column if restored == text else restored.split(marks.SEAM)

    def _restore(self, text: str) -> str:
        return marks.restore(text, self._dialect.delimiter, self._dialect.quote)

    def _check_length(self, rows: Sequence[str], columns: Sequence[Sequence[str]], lines: Sequence[int]) -> None:
        if max(map(len, rows)) * 4 <= MAX_CELL:
            return
        for i, line in enumerate(lines):
            for column in columns:
                if len(column[i]) * 4 > MAX_CELL and len(column[i].encode()) > MAX_CELL:
                    message = f"a cell of this row is longer than {MAX_CELL >> 20} MiB, the limit"
                    raise Broken(line, 0, message, "too_large")


def _stripped(column: list[str], blanks: str) -> list[str]:
    """The cells without blanks around them. Up to three blanks are removed from all cells at once, which is the usual
    case."""
    text = f"{marks.SEAM}{marks.SEAM.join(column)}{marks.SEAM}"
    for _ in range(3):
        around = [pair for blank in blanks for pair in (blank + marks.SEAM, marks.SEAM + blank) if pair in text]
        if not around:
            return text[1:-1].split(marks.SEAM)
        for pair in around:
            text = text.replace(pair, marks.SEAM)
    return [cell.strip(blanks) for cell in column]
