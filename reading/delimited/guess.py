"""Guesses the dialect of a file: the delimiter that divides every row into the same number of cells, at least two."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reading.census import kinds as k
from reading.census.kinds import kind_of
from reading.delimited import marks
from reading.delimited.broken import Broken
from reading.delimited.dialect import Dialect
from reading.delimited.rows import Rows

COMMON = (",", ";", "\t", "|")
RARE = (":", "^", "~", "\x1f", "\x01", "!", "#", "&", "*", "/", " ")
"""Delimiters that are accepted only if they give a column with nothing but values, because they also occur in words."""
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank", ":": "colon"}
_JUDGED = 1000
"""Rows whose cells are looked at."""
_QUOTED = {quote: re.compile(rf"(?:^|[,;\t|])[ \t]*{quote}[^{quote}\r\n]*{quote}[ \t]*(?:[,;\t|\r\n]|\Z)", re.M)
           for quote in "\"'"}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A delimiter, judged on the sample."""

    dialect: Dialect
    cells: int
    """The most frequent number of cells in a row."""
    share: float
    """Share of the rows that have this number of cells."""
    quality: float
    """How much the cells look like values or plain words, from 0 to 1."""
    broken: bool
    """Whether a quote is misplaced."""
    values: bool
    """Whether some column holds values alone, apart from the first row."""


def guess_quote(sample: str) -> tuple[str, str]:
    """The quote, and how it is known."""
    if _QUOTED["'"].search(sample) and '"' not in sample:
        return "'", "cells are enclosed in apostrophes, and there is no other quote"
    return '"', "cells are enclosed in it" if '"' in sample else "the usual one; none is in the first MiB"


def guess_delimiter(sample: str, given: Dialect, whole: bool) -> tuple[str, str, bool]:
    """The delimiter, how it is known, and whether another one would do as well; empty for files of one column.

    Args:
        sample: the beginning of the file, cut after a whole line if it is longer.
        given: the rest of the dialect.
        whole: whether the sample is the whole file.
    """
    found = [one for mark in COMMON if (one := _judge(sample, replace(given, delimiter=mark), whole))]
    good = [one for one in found if one.cells > 1 and one.share == 1 and not one.broken]
    if not good and not _mostly(found) and not _single_is_better(sample):
        rare = [one for mark in RARE if (one := _judge(sample, replace(given, delimiter=mark), whole))]
        good = [one for one in rare if one.cells > 1 and one.share == 1 and not one.broken and one.values]
    if good:
        ranked = sorted(good, key=lambda one: (-round(one.quality, 2), -one.values))
        best = ranked[0]
        close = [one for one in ranked[1:] if one.quality > best.quality - 0.1]
        name = _name(best.dialect.delimiter)
        because = f"a {name} divides every row of the first MiB into {best.cells} cells"
        if close:
            because += f"; so would a {_name(close[0].dialect.delimiter)}, into {close[0].cells}"
        return best.dialect.delimiter, because, bool(close)
    if likely := _mostly(found):
        name = _name(likely.dialect.delimiter)
        return likely.dialect.delimiter, f"a {name} divides most rows into {likely.cells} cells", False
    return "", "no delimiter divides the rows into equally many cells: one column", False


def _mostly(found: Sequence[Candidate]) -> Candidate | None:
    """The delimiter that fits best where none fits all rows: reading then fails, and names the first row that differs.

    A candidate that is missing in most rows does not count: the file is then words with some punctuation.
    """
    several = [one for one in found if one.cells > 1]
    return max(several, key=lambda one: (one.share + one.quality, one.cells), default=None)


def _name(delimiter: str) -> str:
    return NAMES.get(delimiter, repr(delimiter))


def _single_is_better(sample: str) -> bool:
    """Whether each line, except the first, is a single value, such as a time, whose characters are not delimiters."""
    lines = [line.strip() for line in sample.splitlines()[1:_JUDGED] if line.strip()]
    return bool(lines) and all(kind_of(line) not in (k.TEXT, k.MISSING) for line in lines)


def _judge(sample: str, dialect: Dialect, whole: bool) -> Candidate | None:
    if dialect.delimiter not in sample:
        return None
    reader, broken = Rows(dialect), False
    rows: list[str] = []
    try:
        for block in reader.blocks(iter([sample]), whole=whole):
            rows += block.rows
    except Broken:
        broken = True
        rows = sample.replace("\r\n", "\n").replace("\r", "\n").split("\n")[: _JUDGED * 10]
    rows = [row for row in rows if row.strip(dialect.blanks) and row != marks.COMMENT]
    if not rows:
        return None
    counts = Counter(row.count(dialect.delimiter) for row in rows)
    most, times = max(counts.items(), key=lambda item: (item[1], item[0]))
    table = [
        [cell.strip(dialect.blanks) for cell in row.split(dialect.delimiter)]
        for row in rows[:_JUDGED]
        if row.count(dialect.delimiter) == most
    ]
    share = times / len(rows)
    if share < 1 and _trailing(rows, dialect, most):
        share = 1.0
    return Candidate(dialect, most + 1, share, _quality(table), broken, _has_values(table[1:] or table))


def _trailing(rows: Sequence[str], dialect: Dialect, most: int) -> bool:
    """Whether all rows except the first end with a delimiter and have one more than the first."""
    return rows[0].count(dialect.delimiter) == most - 1 and all(
        row.count(dialect.delimiter) == most and row.rstrip(dialect.blanks).endswith(dialect.delimiter)
        for row in rows[1:]
    )


def _quality(table: Sequence[Sequence[str]]) -> float:
    scores = [_score(cell) for row in table[:200] for cell in row]
    return sum(scores) / len(scores) if scores else 0.0


def _score(cell: str) -> float:
    if kind_of(cell) != k.TEXT:
        return 1.0
    others = [mark for mark in COMMON if mark in cell]
    if not others:
        return 1.0
    return 0.5 if all(f"{mark} " in cell for mark in others) else 0.0


def _has_values(table: Sequence[Sequence[str]]) -> bool:
    for column in zip(*table, strict=True):
        found = {kind_of(cell) for cell in column} - {k.EMPTY, k.MISSING}
        if found and k.TEXT not in found and k.YES_NO not in found:
            return True
    return False
