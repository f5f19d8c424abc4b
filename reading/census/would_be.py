"""Other types that a column would have, and on what condition."""

from collections.abc import Set as AbstractSet

from reading.census import kinds as k
from reading.census.tally import Tally
from reading.census.verdict import Judged

_EPOCH = ((9, 10, "seconds"), (12, 13, "milliseconds"))
_ALWAYS = {k.EMPTY, k.MISSING}


def would_be(tally: Tally, judged: Judged) -> dict[str, str]:
    """For each other type the condition, in words."""
    found = set(tally.kinds) - _ALWAYS
    if judged.told or not found:
        return {}
    if judged.type == "text":
        return _instead_of_text(tally, found)
    if judged.type == "integer" and (unit := _epoch(tally)):
        return {"datetime": f"if these are {unit} since 1970"}
    return {}


def _instead_of_text(tally: Tally, found: AbstractSet[str]) -> dict[str, str]:
    plain = {k.INTEGER, k.NUMBER, k.POINT_THREE}
    conditions = (
        ({k.LEADING_ZERO}, {k.INTEGER}, "integer", "if the leading zero is dropped"),
        ({k.BIG}, {k.INTEGER, k.LEADING_ZERO}, "integer", "if these are amounts and not names"),
        ({k.OVERFLOW}, plain, "number", "if what no float64 holds is missing"),
        ({k.NOT_FINITE}, plain, "number", "if infinity is missing"),
        ({k.COMMA_THREE}, plain, "number", 'with `thousands: ","` or `decimal: ","`'),
        ({k.COMMA_NUMBER}, plain | {k.COMMA_THREE}, "number", 'with `decimal: ","`'),
        ({k.YES_NO}, {k.TRUTH}, "boolean", "if the words mean true and false"),
        ({k.EITHER_FIRST, k.EITHER_FIRST_TIME}, _DAYS, "date", 'with `dates: "dmy"` or `"mdy"`'),
        ({k.DAY_FIRST, k.DAY_FIRST_TIME}, _DAYS, "date", 'with `dates: "dmy"`'),
        ({k.MONTH_FIRST, k.MONTH_FIRST_TIME}, _DAYS, "date", 'with `dates: "mdy"`'),
    )
    for needed, besides, kind, condition in conditions:
        if found & needed and found <= needed | besides:
            timed = any(one.endswith("_time") for one in found)
            return {"datetime" if timed else kind: condition}
    return _but_for_few(tally, found)


_DAYS = {k.DATE, k.EITHER_FIRST, k.EITHER_FIRST_TIME, k.DATETIME}


def _but_for_few(tally: Tally, found: AbstractSet[str]) -> dict[str, str]:
    """A number or date, but for a few cells."""
    for kind, kinds in (
        ("number", {k.INTEGER, k.NUMBER, k.POINT_THREE}),
        ("date", {k.DATE}),
        ("datetime", {k.DATE, k.DATETIME}),
    ):
        fits = sum(tally.kinds[one].cells for one in found & kinds)
        others = [tally.kinds[one] for one in found - kinds]
        few = sum(count.cells for count in others)
        if fits and few * 20 <= fits:
            first = min(others, key=lambda count: (count.file, count.line))
            cells = "1 cell were" if few == 1 else f"{few} cells were"
            return {kind: f"if {cells} not there, the first {first.text!r} in line {first.line}"}
    return {}


def _epoch(tally: Tally) -> str | None:
    for least, most, unit in _EPOCH:
        if tally.examples and all(least <= len(text) <= most and text.isdigit() for text in tally.examples):
            return unit
    return None
