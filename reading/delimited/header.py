"""Whether the first row has names: it is judged against the rows below."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reading.census import kinds as k
from reading.census.kinds import kind_of

_NUMBERS = (
    k.INTEGER,
    k.NUMBER,
    k.COMMA_NUMBER,
    k.POINT_THREE,
    k.COMMA_THREE,
    k.BIG,
    k.LEADING_ZERO,
    k.PERCENT,
    k.OVERFLOW,
)
_DAYS = (k.DATE, k.DATETIME, k.ZONED, k.DAY_FIRST, k.MONTH_FIRST, k.EITHER_FIRST)
_TIMES = (k.DAY_FIRST_TIME, k.MONTH_FIRST_TIME, k.EITHER_FIRST_TIME)
_VALUES = (
    dict.fromkeys(_NUMBERS, "number") | dict.fromkeys((*_DAYS, *_TIMES), "date") | dict.fromkeys((k.TRUTH,), "boolean")
)
YEARS = range(1800, 2200)


@dataclass(frozen=True)
class Header:
    """The verdict on the first row."""

    because: str
    is_header: bool
    ambiguous: bool = False


def judge_header(first: Sequence[str], below: Sequence[Sequence[str]]) -> Header:
    """Judge the first row by the rows below it, at least one.

    A column of numbers, dates or booleans votes: for a header if the first cell is a word, against it if it is a value
    of the same kind. Without a vote the first row is taken as a header if its cells are all different and none of them
    occurs again below.
    """
    for_it: list[str] = []
    against: list[str] = []
    for cell, column in zip(first, zip(*below, strict=True), strict=True):
        group = _group(column)
        if group is None or kind_of(cell) in (k.EMPTY, k.MISSING):
            continue
        (against if _VALUES.get(kind_of(cell)) == group else for_it).append(cell)
    if for_it and not against:
        return Header(f"{for_it[0]!r} stands above a column of values", is_header=True)
    if _is_range(first):
        return Header("the first row numbers the columns", ambiguous=True, is_header=True)
    if against and _years(against) and len(against) > 1:
        return Header(f"the first row has the years {', '.join(against[:3])}", ambiguous=True, is_header=True)
    if against and not for_it:
        return Header(f"the first row has values like those below, such as {against[0]!r}", is_header=False)
    if for_it:
        taken = len(for_it) > len(against)
        because = (
            f"{len(for_it)} columns of values begin with a word such as {for_it[0]!r}, {len(against)} with a value"
        )
        return Header(because, is_header=taken, ambiguous=True)
    return _by_words(first, below)


def _group(column: Sequence[str]) -> str | None:
    groups = {_VALUES.get(kind) for kind in map(kind_of, column) if kind not in (k.EMPTY, k.MISSING)}
    return groups.pop() if len(groups) == 1 else None


def _by_words(first: Sequence[str], below: Sequence[Sequence[str]]) -> Header:
    filled = [cell for cell in first if cell]
    below = [row for row in below if list(row) != list(first)] or below  # the names may be repeated
    again = next((cell for cell, column in zip(first, zip(*below, strict=True), strict=True) if cell in column), None)
    if again:
        return Header(f"{again!r} occurs again below", is_header=False)
    if len(set(filled)) < len(first) - 1 or any(kind_of(cell) in _VALUES for cell in filled):
        return Header("the first row has an empty cell, a value, or two equal cells", ambiguous=True, is_header=False)
    return Header(
        "all cells are words, and those of the first row differ and do not occur below", is_header=True, ambiguous=True
    )


def _is_range(first: Sequence[str]) -> bool:
    numbers = list(first[1:] if first[0] == "" else first)
    return len(numbers) > 1 and numbers == [str(i) for i in range(len(numbers))]


def _years(cells: Sequence[str]) -> bool:
    if not all(cell.isascii() and cell.isdigit() and int(cell) in YEARS for cell in cells):
        return False
    years = list(map(int, cells))
    return len({b - a for a, b in pairwise(years)}) == 1 and years[0] != years[-1]
