"""The facts of columns with few rows, computed in memory: a query for each would take longer than its answer."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.facts import MAX_VALUES, ColumnType, ValueCount

FEW_ROWS = 20_000
ALL_VALUES = 400_000
"""Largest number of values listed in the facts of all columns together."""
FEWEST_VALUES = 20
SHOWN = 5
"""Number of values listed for a column of a wide table that has too many to list all."""


def most_values(columns: int, distinct: int) -> int:
    """How many of its most frequent values are listed in the facts of a column with this many distinct values."""
    most = min(MAX_VALUES, max(FEWEST_VALUES, ALL_VALUES // max(1, columns)))
    return most if most == MAX_VALUES or distinct <= most else SHOWN


def facts_of_few(present: NDArray[Any], rows: int, type_: ColumnType, columns: int) -> dict[str, Any]:
    """The facts of a column from its values that are not missing: texts as objects, dates as days and times as
    microseconds since 1970. `rows` and `columns` are the numbers of rows and columns of the table."""
    counts = _counts(present, type_)
    numeric = type_ in ("integer", "number") and len(present) > 0
    found: dict[str, Any] = {
        "missing": rows - len(present),
        "distinct": len(counts),
        "distinct_exact": True,
        "minimum": float(present.min()) if numeric else None,
        "maximum": float(present.max()) if numeric else None,
    }
    if type_ != "number":
        first = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[: most_values(columns, len(counts))]
        found["values"] = tuple(ValueCount(value=AS_TEXT[type_](value), count=count) for value, count in first)
    return found


def _counts(present: NDArray[Any], type_: ColumnType) -> dict[Any, int]:
    if type_ == "text":
        return Counter(present.tolist())
    values, counts = np.unique(present, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _time(micros: int) -> str:
    """The time as DuckDB writes it: without zeros at the end of the fraction, and without a fraction of zero."""
    text = str(np.datetime64(micros, "us"))
    return text.rstrip("0").removesuffix(".") if "." in text else text


AS_TEXT: dict[ColumnType, Callable[[Any], str]] = {
    "integer": str,
    "boolean": lambda value: "true" if value else "false",
    "text": str,
    "date": lambda days: str(np.datetime64(days, "D")),
    "datetime": _time,
}
