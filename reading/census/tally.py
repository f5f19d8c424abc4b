"""The count of a column's cells by kind, over all rows.

In a column with few distinct values, cells are counted by value, and each value is judged once. In a column with many,
a whole batch is matched against the pattern of the kind seen so far. Only a batch that does not match is judged cell by
cell.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from reading.cells import Cell
from reading.census import kinds
from reading.census.kinds import kind_of
from reading.census.words import surely_text
from reading.slices import Slices

EXAMPLES = 5
MAX_TEXT = 80
"""Characters of a cell that are shown."""
_REMEMBERED = 2000
"""Distinct values of a column whose kind is remembered; fewer in wide tables."""
_REMEMBERED_IN_ALL = 1_000_000

_FIRST = 1000
"""Number of cells that are judged one by one, before further cells are matched against a pattern."""

_INTEGERS = re.compile(r"(?:(?:-?[1-9][0-9]{0,14}|0)?\n)*+")
_NUMBERS = re.compile(r"(?:(?:-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,17})?)?\n)*+")
_DAY = (
    "(?!0000)[0-9]{4}-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12][0-9]|30)|(?:0[13578]|1[02])-31|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_DATES = re.compile(rf"(?:(?:{_DAY})?\n)*+")
_DATETIMES = re.compile(
    rf"(?:(?:(?:{_DAY})[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?)?\n)*+"
)


@dataclass
class Count:
    """How many cells are of a kind, and the first of them."""

    cells: int
    file: int
    line: int
    text: str


class Tally:
    """The cells of one column."""

    def __init__(self, columns: int = 1, counted: Iterable[str] = ()) -> None:
        self.kinds: dict[str, Count] = {}
        self.words: Counter[str] = Counter()
        """The words for missing values, with the number of cells of each."""
        self.known: dict[str, str] | None = {}
        """The kind of each distinct value; None once there were too many."""
        self.examples: dict[str, None] = {}
        self.cells = 0
        self.bytes = 0
        """Size of all cells in bytes; approximate, because for some batches characters are counted instead."""
        self.counted = dict.fromkeys(counted, 0)
        """The number of cells with each of the texts that are to be counted."""
        self._most = max(20, min(_REMEMBERED, _REMEMBERED_IN_ALL // columns))

    def add(self, cells: Sequence[Cell], lines: Sequence[int], file: int = 0) -> None:
        """Count a batch."""
        if not self.kinds and len(cells) > 2 * _FIRST:
            self.add(cells[:_FIRST], lines, file)
            cells, lines = cells[_FIRST:], lines[_FIRST:]
        self.cells += len(cells)
        self.bytes += int(cells.lengths.sum()) if isinstance(cells, Slices) else sum(map(len, filter(None, cells)))
        for word in self.counted:
            self.counted[word] += cells.count(word)
        if self.known is not None:
            self._by_value(cells, lines, file)
        elif not self._as_expected(cells, lines, file):
            self._one_by_one(cells, lines, file)
        if len(self.examples) < EXAMPLES:
            for cell in cells[:1000]:
                if cell and len(self.examples) < EXAMPLES:
                    self.examples[cell[:MAX_TEXT]] = None

    def cells_of(self, word: str) -> int:
        """The number of cells with this text; 0 unless it is one of the texts that are counted."""
        return self.counted.get(word, 0)

    def _by_value(self, cells: Sequence[Cell], lines: Sequence[int], file: int) -> None:
        known = self.known
        assert known is not None
        counts = Counter(cells)
        if len(counts) > self._most:
            self.known = None
            if not self._as_expected(cells, lines, file):
                self._one_by_one(cells, lines, file)
            return
        for cell, count in counts.items():
            text = cell or ""
            kind = known.get(text)
            if kind is None:
                kind = known[text] = kind_of(text)
            self._count(kind, count, cells, lines, file, cell)
        if len(known) > self._most:
            self.known = None

    def _one_by_one(self, cells: Sequence[Cell], lines: Sequence[int], file: int) -> None:
        if isinstance(cells, Slices) and kinds.TEXT in self.kinds:
            words = surely_text(cells)
            if count := int(words.sum()):
                self.kinds[kinds.TEXT].cells += count
                lines = [lines[i] for i in np.flatnonzero(~words).tolist()]
                cells = cells.where(~words)
        for cell, count in Counter(cells).items():
            self._count(kind_of(cell or ""), count, cells, lines, file, cell)

    def _count(self, kind: str, count: int, cells: Sequence[Cell], lines: Sequence[int], file: int, cell: Cell) -> None:
        if kind == kinds.MISSING:
            self.words[cell or ""] += count
        have = self.kinds.get(kind)
        if have is not None:
            have.cells += count
        else:  # a counter is in the order of first appearance, so this is the first cell of its kind
            self.kinds[kind] = Count(count, file, lines[cells.index(cell)], (cell or "")[:MAX_TEXT])

    def _as_expected(self, cells: Sequence[Cell], lines: Sequence[int], file: int) -> bool:
        """Count the batch if it holds nothing but the main kind of the column, and empty cells."""
        pattern, main = self._pattern()
        if pattern is None or not cells:
            return pattern is not None
        found = _numbers(cells, pattern) or _matching(cells, pattern)
        if found is None:
            return False
        empty, fractions = found
        counts = {kinds.EMPTY: empty, kinds.NUMBER: fractions} if fractions else {kinds.EMPTY: empty}
        counts[kinds.INTEGER if pattern is _NUMBERS else main] = len(cells) - empty - fractions
        for kind, count in counts.items():
            if count and kind in self.kinds:
                self.kinds[kind].cells += count
            elif count:
                place = next(i for i, cell in enumerate(cells) if kind_of(cell or "") == kind)
                self.kinds[kind] = Count(count, file, lines[place], (cells[place] or "")[:MAX_TEXT])
        return True

    def _pattern(self) -> tuple[re.Pattern[str] | None, str]:
        """The pattern that further cells should match, and its kind. After the first fraction, the pattern matches
        integers, too."""
        seen = self.kinds.keys()
        for kind, pattern in _PATTERNS:
            if kind in seen:
                return pattern, kind
        return None, ""


def _numbers(cells: Sequence[Cell], pattern: re.Pattern[str]) -> tuple[int, int] | None:
    """How many cells are empty and how many have a point, if all are plain numbers in the bytes of a block."""
    if not isinstance(cells, Slices) or pattern not in (_NUMBERS, _INTEGERS) or cells.numbers is None:
        return None
    found = cells.numbers
    return (found.empties, found.fractions) if pattern is _NUMBERS or not found.fractions else None


def _matching(cells: Sequence[Cell], pattern: re.Pattern[str]) -> tuple[int, int] | None:
    """How many cells are empty and how many have a point, if all match the pattern."""
    text = cells.in_lines() if isinstance(cells, Slices) else "".join([f"{cell or ''}\n" for cell in cells])
    if not pattern.fullmatch(text) or text.count("\n") != len(cells):
        return None
    empty = text.split("\n").count("") - 1 if "\n\n" in text or text[0] == "\n" else 0
    return empty, text.count(".") if pattern is _NUMBERS else 0


_PATTERNS = (
    (kinds.NUMBER, _NUMBERS),
    (kinds.DATETIME, _DATETIMES),
    (kinds.DATE, _DATES),
    (kinds.INTEGER, _INTEGERS),
)
