"""Other types that a column could have: the condition for each, and the options of `parse` that choose it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from reading.census import kinds as k
from reading.census.tally import Tally
from reading.census.types import Rules
from reading.census.verdict import Judged

_EPOCH = ((9, 10, "seconds"), (12, 13, "milliseconds"))
_ALWAYS = {k.EMPTY, k.MISSING}
_PLAIN = {k.INTEGER, k.NUMBER, k.POINT_THREE}
_DAYS = {k.DATE, k.EITHER_FIRST, k.EITHER_FIRST_TIME, k.DATETIME}


@dataclass(frozen=True)
class Cure:
    """Options with which the column has the other type."""

    options: Mapping[str, Any]
    """A merge patch of `parse`."""
    why: str


@dataclass(frozen=True)
class Alternative:
    """Another type, and on what condition."""

    type: str
    condition: str
    cures: tuple[Cure, ...] = ()


@dataclass(frozen=True)
class _Case:
    """The other type of a text column whose cells are of these kinds."""

    needed: AbstractSet[str]
    """Kinds of which the column has at least one."""
    besides: AbstractSet[str]
    """Kinds of cells that the column may also have, but no others."""
    type: str
    condition: str
    cures: tuple[Cure, ...] = ()


_DMY = Cure({"dates": "dmy"}, "reads 31/12/2025: the day first, in the whole file")
_MDY = Cure({"dates": "mdy"}, "reads 12/31/2025: the month first, in the whole file")
_COMMA = Cure({"decimal": ","}, "reads 1,5 as one and a half, in the whole file")
_GROUPS = Cure({"thousands": ","}, "reads 1,234 as 1234, in the whole file")
_CASES = (
    _Case({k.LEADING_ZERO}, {k.INTEGER}, "integer", "if the leading zero is dropped"),
    _Case({k.BIG}, {k.INTEGER, k.LEADING_ZERO}, "integer", "if these are amounts and not identifiers"),
    _Case({k.OVERFLOW}, _PLAIN, "number", "if numbers too large for a float64 are missing"),
    _Case({k.NOT_FINITE}, _PLAIN, "number", "if infinity is missing"),
    _Case({k.COMMA_THREE}, _PLAIN, "number", 'with `thousands: ","` or `decimal: ","`', (_GROUPS, _COMMA)),
    _Case({k.COMMA_NUMBER}, _PLAIN | {k.COMMA_THREE}, "number", 'with `decimal: ","`', (_COMMA,)),
    _Case({k.YES_NO}, {k.TRUTH}, "boolean", "if the words mean true and false"),
    _Case({k.EITHER_FIRST, k.EITHER_FIRST_TIME}, _DAYS, "date", 'with `dates: "dmy"` or `"mdy"`', (_DMY, _MDY)),
    _Case({k.DAY_FIRST, k.DAY_FIRST_TIME}, _DAYS, "date", 'with `dates: "dmy"`', (_DMY,)),
    _Case({k.MONTH_FIRST, k.MONTH_FIRST_TIME}, _DAYS, "date", 'with `dates: "mdy"`', (_MDY,)),
)


def would_be(tally: Tally, judged: Judged) -> dict[str, str]:
    """The other type that the column could have, and the condition in words; empty if there is none."""
    found = alternative("", tally, judged, Rules())
    return {} if found is None else {found.type: found.condition}


def alternative(name: str, tally: Tally, judged: Judged, rules: Rules) -> Alternative | None:
    """The type that the column with this name would have under some condition; None if no type is close."""
    found = set(tally.kinds) - _ALWAYS
    if judged.told or not found:
        return None
    if judged.type == "text":
        return _instead_of_text(name, tally, found, rules)
    if judged.type == "integer" and (unit := _epoch(tally)):
        return Alternative("datetime", f"if these are {unit} since 1970")
    return None


def _instead_of_text(name: str, tally: Tally, found: AbstractSet[str], rules: Rules) -> Alternative | None:
    case = next((one for one in _CASES if found & one.needed and found <= one.needed | one.besides), None)
    if case is None:
        return _but_for_few(tally, found, rules)
    timed = any(one.endswith("_time") for one in found)
    cures = case.cures
    if case.needed == {k.LEADING_ZERO}:
        cures = (Cure({"columns": {name: "integer"}}, "reads 01067 as 1067, in this column"),)
    elif case.needed <= {k.OVERFLOW, k.NOT_FINITE}:
        cures = _as_missing(tally, case.needed, rules)
    return Alternative("datetime" if timed else case.type, case.condition, cures)


def _but_for_few(tally: Tally, found: AbstractSet[str], rules: Rules) -> Alternative | None:
    """Number or date, if all but a few cells fit."""
    for kind, kinds in (("number", _PLAIN), ("date", {k.DATE}), ("datetime", {k.DATE, k.DATETIME})):
        fits = sum(tally.kinds[one].cells for one in found & kinds)
        others = [tally.kinds[one] for one in found - kinds]
        few = sum(count.cells for count in others)
        if fits and few * 20 <= fits:
            first = min(others, key=lambda count: (count.file, count.line))
            cells = "1 cell were" if few == 1 else f"{few} cells were"
            condition = f"if {cells} not there, the first {first.text!r} in line {first.line}"
            return Alternative(kind, condition, _as_missing(tally, found - kinds, rules))
    return None


def _as_missing(tally: Tally, kinds: AbstractSet[str], rules: Rules) -> tuple[Cure, ...]:
    """The cure that treats the texts of these kinds as missing values; empty unless all of them are known."""
    texts = _texts(tally, kinds)
    if not texts:
        return ()
    words = [*rules.missing, *(text for text in texts if text not in rules.missing)]
    shown = ", ".join(repr(text) for text in texts[:_SHOWN]) + (", …" if len(texts) > _SHOWN else "")
    return (Cure({"missing": words}, f"takes {shown} for missing, in columns that otherwise hold values"),)


_WORDS, _LONGEST, _SHOWN = 20, 100, 3
"""Limits for words that are proposed for missing values: their number, the characters of each, and how many are
shown."""


def _texts(tally: Tally, kinds: AbstractSet[str]) -> Sequence[str]:
    if tally.known is not None:
        texts = [text for text, kind in tally.known.items() if kind in kinds]
    else:
        counts = [tally.kinds[kind] for kind in kinds if kind in tally.kinds]
        texts = [count.text for count in counts] if all(count.cells == 1 for count in counts) else []
    return sorted(texts) if len(texts) <= _WORDS and all(len(text) <= _LONGEST for text in texts) else []


def _epoch(tally: Tally) -> str | None:
    for least, most, unit in _EPOCH:
        if tally.examples and all(least <= len(text) <= most and text.isdigit() for text in tally.examples):
            return unit
    return None
