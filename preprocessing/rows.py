"""Rows of a stored table as values that JSON and CSV can hold, for people to look at."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import isfinite, isnan
from typing import Any

from gradus.facts import ColumnType
from preprocessing.column import Column
from preprocessing.table import Table

MAX_SHOWN = 1000
"""Largest number of elements of an array that are shown; a larger array is described by its shape."""
_EPOCH_DAY = date(1970, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def range_of_rows(table: Table, names: Sequence[str], first: int, last: int) -> list[dict[str, Any]]:
    """The rows from `first` to before `last`, each with these columns. A missing value is None.

    Numbers that JSON does not have are "NaN", "Infinity" and "-Infinity"; dates and times are ISO 8601.
    """
    last = min(last, table.rows)
    if first >= last:
        return []
    columns = table.chunk(names, first, last)
    values = {name: _values(table.record(name).type, columns[name]) for name in names}
    return [{name: values[name][i] for name in names} for i in range(last - first)]


def picked_rows(table: Table, names: Sequence[str], positions: Sequence[int]) -> list[dict[str, Any]]:
    """The rows at these positions."""
    return [row for i in positions for row in range_of_rows(table, names, i, i + 1)]


def _values(type_: ColumnType, column: Column) -> list[Any]:
    convert = _CONVERSIONS[type_](column)
    missing = column.missing.tolist()
    return [None if absent else convert(value) for value, absent in zip(column.values, missing, strict=True)]


def _number(value: Any) -> float | str:
    number = float(value)
    if isfinite(number):
        return number
    return "NaN" if isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _date(value: Any) -> str:
    try:
        return (_EPOCH_DAY + timedelta(days=int(value))).isoformat()
    except OverflowError:
        return f"{int(value)} days after 1970-01-01"


def _time(value: Any) -> str:
    try:
        return (_EPOCH + timedelta(microseconds=int(value))).isoformat()
    except OverflowError:
        return f"{int(value)} microseconds after 1970-01-01T00:00:00"


def _array(value: Any) -> Any:
    return value.tolist() if value.size <= MAX_SHOWN and isfinite(value.sum()) else _shape("array", value)


def _image(value: Any) -> str:
    return _shape("image", value)


def _shape(what: str, value: Any) -> str:
    return f"{what} of {' × '.join(map(str, value.shape))}"


_CONVERSIONS: Mapping[ColumnType, Callable[[Column], Callable[[Any], Any]]] = {
    "integer": lambda _: int,
    "number": lambda _: _number,
    "boolean": lambda _: bool,
    "text": lambda column: lambda code: column.categories[int(code)],
    "date": lambda _: _date,
    "datetime": lambda _: _time,
    "image": lambda _: _image,
    "array": lambda _: _array,
}
