"""Which kinds of cells fit each type, and the type of a column, determined by the kinds of all its cells."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gradus.parse.cells import CellType, DateOrder
from reading.census import kinds as k

_NARROW_FIRST: tuple[CellType, ...] = ("integer", "number", "boolean", "date", "datetime")
_GROUP_MARKS = (",", ".", " ", "'", "\u00a0", "\u202f")


@dataclass(frozen=True)
class Rules:
    """The options of cells, resolved."""

    decimal: str = "."
    thousands: str = ""
    dates: DateOrder = "iso"
    missing: tuple[str, ...] = ("",)
    missing_everywhere: bool = False


def number_kinds(decimal: str, thousands: str) -> frozenset[str]:
    """The kinds that are numbers with these marks."""
    fractions = {k.NUMBER, k.POINT_THREE} if decimal == "." else {k.COMMA_NUMBER, k.COMMA_THREE}
    grouped = set()
    if thousands:
        three = {",": k.COMMA_THREE, ".": k.POINT_THREE}.get(thousands, k.group(thousands))
        grouped = {three, k.groups(thousands), k.groups(thousands, decimal)}
    return frozenset({k.INTEGER} | fractions | grouped)


def kinds_of_type(kind: CellType, rules: Rules) -> frozenset[str] | None:
    """The kinds that the type takes when it is guessed; None for text, which takes all."""
    numbers = number_kinds(rules.decimal, rules.thousands)
    takes: dict[CellType, frozenset[str]] = {
        "integer": frozenset({k.INTEGER}),
        "number": numbers,
        "boolean": frozenset({k.TRUTH}),
        "date": frozenset({k.DATE} | _ordered(rules.dates, "")),
        "datetime": frozenset({k.DATE, k.DATETIME} | _ordered(rules.dates, "") | _ordered(rules.dates, "_time")),
    }
    return takes.get(kind)


def kinds_when_told(kind: CellType, rules: Rules) -> frozenset[str] | None:
    """The kinds that the type accepts if the request states it for the column; None for text, which accepts all."""
    takes = kinds_of_type(kind, rules)
    if takes is None:
        return None
    more: dict[CellType, set[str]] = {
        "integer": {k.LEADING_ZERO, k.BIG},
        "number": {k.LEADING_ZERO, k.BIG},
        "boolean": {k.YES_NO},
        "date": set(),
        "datetime": {k.ZONED},
    }
    return takes | more[kind]


def _ordered(dates: DateOrder, time: str) -> frozenset[str]:
    if dates == "iso":
        return frozenset()
    first = k.DAY_FIRST if dates == "dmy" else k.MONTH_FIRST
    return frozenset({first + time, k.EITHER_FIRST + time})


def type_of(found: AbstractSet[str], rules: Rules) -> CellType:
    """The type of a column whose cells, apart from missing ones, are of these kinds."""
    if not found:
        return "text"
    if _all_whole(found, rules):
        return "integer"
    if found <= {k.ZONED}:
        return "datetime"
    for kind in _NARROW_FIRST:
        if found <= (kinds_of_type(kind, rules) or frozenset()):
            return kind
    return "text"


def _all_whole(found: AbstractSet[str], rules: Rules) -> bool:
    """Whether the cells are integers, some in groups of three."""
    three = {",": k.COMMA_THREE, ".": k.POINT_THREE}.get(rules.thousands, k.group(rules.thousands))
    return bool(rules.thousands) and found <= {k.INTEGER, three, k.groups(rules.thousands)}


def decimal_mark(columns: list[AbstractSet[str]], delimiter: str | None) -> str:
    """The decimal mark of the file: a comma if some column proves it and none proves the point."""
    if delimiter == ",":
        return "."
    comma, point = number_kinds(",", "."), number_kinds(".", ",")
    proves_comma = {k.COMMA_NUMBER, k.groups("."), k.groups(".", ",")}
    by_comma = [found for found in columns if found <= comma and found & proves_comma]
    by_point = [found for found in columns if found <= point and found & {k.NUMBER, k.groups(","), k.groups(",", ".")}]
    return "," if by_comma and not by_point else "."


def thousands_mark(columns: list[AbstractSet[str]], decimal: str) -> str:
    """The thousands mark, if the columns prove exactly one."""
    proven = [
        mark
        for mark in _GROUP_MARKS
        if mark != decimal
        and any(
            found <= number_kinds(decimal, mark) and found & {k.groups(mark), k.groups(mark, decimal)}
            for found in columns
        )
    ]
    return proven[0] if len(proven) == 1 else ""


def date_order(columns: list[AbstractSet[str]]) -> DateOrder:
    """The order of dates, if columns prove exactly one."""
    proven = set()
    for order, first in (("dmy", k.DAY_FIRST), ("mdy", k.MONTH_FIRST)):
        takes = kinds_of_type("datetime", Rules(dates=order))  # type: ignore[arg-type]
        if any(found <= (takes or frozenset()) and found & {first, first + "_time"} for found in columns):
            proven.add(order)
    return proven.pop() if len(proven) == 1 else "iso"  # type: ignore[return-value]
