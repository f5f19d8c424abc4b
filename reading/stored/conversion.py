"""Conversion of text cells to values: an SQL expression over the batch for each column, which fits all cells by the
census.

The casts raise on a cell that does not fit, which the census has excluded: they never turn a value into NULL.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from gradus.facts import ColumnType
from preprocessing.sql import quoted
from reading.cells import Cell
from reading.census.types import Rules
from reading.census.verdict import Judged
from reading.slices import Slices

SQL_TYPES: dict[ColumnType, str] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "text": "VARCHAR",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


def expression(name: str, column: Judged, rules: Rules) -> str:
    """The value of a cell, NULL where it is missing."""
    cell = _present(f"CAST({name} AS VARCHAR)", column)
    match column.type:
        case "text":
            return cell
        case "integer" | "number":
            return f"CAST({_plain_number(cell, rules)} AS {SQL_TYPES[column.type]})"
        case "boolean":
            return f"lower({cell}) IN ('true', 'yes', 'y', 't', '1')"
        case "date":
            return _date(cell, rules)
        case "datetime":
            return f"CAST({cell} AS TIMESTAMP)" if column.zoned else _datetime(cell, rules)


def _present(cell: str, column: Judged) -> str:
    words = sorted(column.missing)
    if not words:
        return cell
    if words == [""]:
        return f"nullif({cell}, '')"
    return f"CASE WHEN {cell} IN ({', '.join(map(quoted, words))}) THEN NULL ELSE {cell} END"


def _plain_number(cell: str, rules: Rules) -> str:
    if rules.thousands:
        cell = f"replace({cell}, {quoted(rules.thousands)}, '')"
    return f"replace({cell}, ',', '.')" if rules.decimal == "," else cell


def _date(cell: str, rules: Rules) -> str:
    """A date in any of the forms y-m-d, d-m-y and m-d-y, separated by -, / or a point."""
    day = f"replace(replace({cell}, '/', '-'), '.', '-')"
    a, b, c = (f"CAST(split_part({day}, '-', {i}) AS INTEGER)" for i in (1, 2, 3))
    last = f"make_date({c}, {a}, {b})" if rules.dates == "mdy" else f"make_date({c}, {b}, {a})"
    other = f"CASE WHEN length(split_part({day}, '-', 1)) = 4 THEN make_date({a}, {b}, {c}) ELSE {last} END"
    plain = f"length({cell}) = 10 AND {cell}[5] = '-' AND {cell}[8] = '-'"
    return f"CASE WHEN {plain} THEN CAST({cell} AS DATE) ELSE {other} END"


def _datetime(cell: str, rules: Rules) -> str:
    whole = f"replace({cell}, 'T', ' ')"
    day, time = f"split_part({whole}, ' ', 1)", f"split_part({whole}, ' ', 2)"
    clock = f"CASE WHEN {time} = '' THEN '00:00' WHEN {time}[2] = ':' THEN '0' || {time} ELSE {time} END"
    other = f"CAST(CAST({_date(day, rules)} AS VARCHAR) || ' ' || {clock} AS TIMESTAMP)"
    plain = f"length({cell}) >= 16 AND {cell}[5] = '-' AND {cell}[8] = '-' AND {cell}[14] = ':'"
    return f"CASE WHEN {plain} THEN CAST({cell} AS TIMESTAMP) ELSE {other} END"


def plain_values(cells: Sequence[Cell], column: Judged, rules: Rules) -> np.ma.MaskedArray[Any, Any] | None:
    """The values of a batch that has nothing but plain numbers and empty cells; None if it may have others."""
    if column.type not in ("integer", "number") or not isinstance(cells, Slices) or cells.numbers is None:
        return None
    found = cells.numbers
    if (found.fractions and (column.type == "integer" or "." in (rules.thousands,) or rules.decimal != ".")) or any(
        word[:1] in "-0123456789" for word in column.missing if word
    ):
        return None
    values = found.integers() if column.type == "integer" else found.values()
    return np.ma.MaskedArray(values, found.empty)


def in_utc(cells: Sequence[Cell], missing: frozenset[str]) -> list[Cell]:
    """Instants with a zone as instants in UTC without: DuckDB's own cast drops the zone."""
    return [cell if not cell or cell in missing else _utc(cell) for cell in cells]


def _utc(cell: str) -> str:
    parts = cell.replace("T", " ").replace("/", "-").replace("Z", "+00:00").split()
    year, month, day = (part.zfill(2) for part in (parts[0].replace(".", "-")).split("-"))
    clock = "".join(parts[1:])
    clock = clock if clock[2] == ":" else f"0{clock}"
    moment = datetime.fromisoformat(f"{year}-{month}-{day} {clock}")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
