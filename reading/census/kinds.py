"""The kind of a single cell, judged by its text alone.

A cell has exactly one kind. Which kinds a type takes is in `types`, so that `1,234` is neither read as 1.234 nor as
1234 before all cells of the file have been seen.
"""

import re
from datetime import date

EMPTY, MISSING, TEXT = "empty", "missing_word", "text"
TRUTH, YES_NO = "true_false", "yes_no"
INTEGER, LEADING_ZERO, BIG = "integer", "leading_zero", "big_integer"
NUMBER, COMMA_NUMBER, NOT_FINITE, OVERFLOW, PERCENT = "number", "comma_number", "not_finite", "overflow", "percent"
POINT_THREE, COMMA_THREE = "point_three", "comma_three"
"""`1.234` and `1,234`: a decimal, or a group of three digits (thousands)."""
DATE, DATETIME, ZONED = "date", "datetime", "zoned_datetime"
DAY_FIRST, MONTH_FIRST, EITHER_FIRST = "day_first", "month_first", "day_or_month_first"
"""Kinds of dates such as 25/12/2025, 12/25/2025 and 5/12/2025, which can be either."""
DAY_FIRST_TIME, MONTH_FIRST_TIME = f"{DAY_FIRST}_time", f"{MONTH_FIRST}_time"
EITHER_FIRST_TIME = f"{EITHER_FIRST}_time"


def groups(mark: str, decimal: str = "") -> str:
    """The kind of a number in which groups of three digits prove the thousands mark, like 1,234,567 or, with a decimal
    mark, 1,234.5."""
    return f"groups:{mark}{decimal}"


def group(mark: str) -> str:
    """The kind of a number with one group of three digits behind a mark that cannot be a decimal mark, like 1 234."""
    return f"group:{mark}"


_NOT_AVAILABLE = (
    "na",
    "n/a",
    "n.a.",
    "n/a.",
    "#n/a",
    "#na",
    "<na>",
    "nan",
    "-nan",
    "null",
    "none",
    "nil",
    "(null)",
    "\\n",
)
_SIGNS = (
    "?",
    "-",
    "--",
    "---",
    ".",
    "..",
    "*",
    "missing",
    "unknown",
    "undefined",
    "#null!",
    "#div/0!",
    "#value!",
    "#ref!",
)
MISSING_WORDS = frozenset({*_NOT_AVAILABLE, *_SIGNS})
"""The words for missing values, in lower case."""
WORDS = (
    dict.fromkeys(["true", "false"], TRUTH)
    | dict.fromkeys(["yes", "no", "y", "n", "t", "f"], YES_NO)
    | dict.fromkeys(["inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"], NOT_FINITE)
    | dict.fromkeys(MISSING_WORDS, MISSING)
)
LONGEST = max(map(len, WORDS))
MAX_EXACT = 1 << 53
"""Above this not every integer is a float64: longer ones are identifiers, not amounts."""

_INTEGER = re.compile(r"[+-]?(0*)([0-9]+)")
_NUMBER = re.compile(r"[+-]?([0-9]*)([.,])?([0-9]*)(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([,. '\u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*(?:([.,])[0-9]+)?")
_PERCENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[ \u00a0]?%")
_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_ZONE = r" ?(?:Z|[+-](?:0[0-9]|1[0-4]):?(?:[0-5][0-9])?)"
_TIME = rf"(?:[T ]{_CLOCK}(?P<zone>{_ZONE})?)?"
_YEAR_FIRST = re.compile(r"(?P<y>[0-9]{4})([-/.])(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})(?P<time>" + _TIME + ")")
_YEAR_LAST = re.compile(r"(?P<a>[0-9]{1,2})([-/.])(?P<b>[0-9]{1,2})\2(?P<y>[0-9]{4})(?P<time>" + _TIME + ")")
_FINE = re.compile(r"\.[0-9]{6}[0-9]*[1-9]")
"""A fraction of a second with digits below the microsecond, which would be lost."""


def kind_of(cell: str) -> str:
    """The kind of a cell."""
    if not cell:
        return EMPTY
    if len(cell) <= LONGEST and (word := WORDS.get(cell.lower())):
        return word
    first = cell[0]
    if not (first.isascii() and (first.isdigit() or first in "+-.,")) or len(cell) > 400:
        return TEXT
    return _integer(cell) or _number(cell) or _grouped(cell) or _moment(cell) or _other(cell)


def _integer(cell: str) -> str | None:
    found = _INTEGER.fullmatch(cell)
    if not found:
        return None
    zeros, digits = found[1], found[2]
    if zeros:  # the number 0 itself has no `zeros`
        return LEADING_ZERO
    if cell[0] == "+" and len(digits) > 6:
        return TEXT  # a telephone number
    if cell[0] == "-" and digits == "0":
        return NUMBER  # −0 is a float
    return BIG if len(digits) > 15 and int(digits) > MAX_EXACT else INTEGER


def _number(cell: str) -> str | None:
    found = _NUMBER.fullmatch(cell)
    if not found or not (found[1] or found[3]):
        return None
    whole, mark, rest = found.groups()
    if len(whole) > 1 and whole[0] == "0":
        return LEADING_ZERO
    value = float(cell.replace(",", "."))
    if value in (float("inf"), float("-inf")) or (value == 0 and re.search("[1-9]", re.split("[eE]", cell)[0])):
        return OVERFLOW
    three = mark and len(rest) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0" and not re.search("[eE]", cell)
    if mark == ",":
        return COMMA_THREE if three else COMMA_NUMBER
    return POINT_THREE if three else NUMBER


def _grouped(cell: str) -> str | None:
    found = _GROUPED.fullmatch(cell)
    if not found:
        return None
    mark, decimal = found[1], found[2]
    if decimal == mark:
        return None
    if decimal or cell.count(mark) > 1:
        return groups(mark, decimal or "")
    return group(mark) if mark not in ".," else None  # those are POINT_THREE and COMMA_THREE


def _moment(cell: str) -> str | None:
    if found := _YEAR_FIRST.fullmatch(cell):
        if not _exists(found["y"], found["m"], found["d"]):
            return None
        return _timed(found, (DATE, DATETIME))
    if not (found := _YEAR_LAST.fullmatch(cell)):
        return None
    day_first, month_first = _exists(found["y"], found["b"], found["a"]), _exists(found["y"], found["a"], found["b"])
    if day_first and month_first:
        return _timed(found, (EITHER_FIRST, EITHER_FIRST_TIME))
    if day_first:
        return _timed(found, (DAY_FIRST, DAY_FIRST_TIME))
    return _timed(found, (MONTH_FIRST, MONTH_FIRST_TIME)) if month_first else None


def _timed(found: re.Match[str], kinds: tuple[str, str]) -> str | None:
    if not found["time"]:
        return kinds[0]
    if _FINE.search(found["time"]):
        return None
    if found["zone"]:
        return ZONED if kinds[0] == DATE else None
    return kinds[1]


def _exists(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _other(cell: str) -> str:
    return PERCENT if _PERCENT.fullmatch(cell) else TEXT
