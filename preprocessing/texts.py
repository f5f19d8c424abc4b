"""Values of any type as texts, which are the names of categories, classes and hashed keys."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gradus.facts import ColumnType
from preprocessing.column import Column, sorted_categories

LARGEST_EXACT = 2.0**53
"""Below this, a whole number in a float64 is exact."""


def as_text(column: Column, type_: ColumnType) -> Column:
    """The column with a text for each value: integers in decimal; whole floats as integers; `true` or `false`; dates
    and times in ISO 8601, midnight as a date alone. A column therefore keeps its texts if its type changes when rows
    are added."""
    if type_ == "text":
        return column
    values, codes = np.unique(column.values[~column.missing], return_inverse=True)
    whole = np.full(len(column.missing), -1, dtype=np.int32)
    whole[~column.missing] = codes
    return sorted_categories([_TEXT[type_](value) for value in values], whole)


def _of_number(value: Any) -> str:
    return str(int(value)) if value == int(value) and abs(value) < LARGEST_EXACT else repr(float(value))


def _of_datetime(value: Any) -> str:
    return str(np.datetime64(int(value), "us").item().isoformat()).removesuffix("T00:00:00")


_TEXT: dict[ColumnType, Callable[[Any], str]] = {
    "integer": lambda value: str(int(value)),
    "number": _of_number,
    "boolean": lambda value: "true" if value else "false",
    "date": lambda value: str(np.datetime64(int(value), "D")),
    "datetime": _of_datetime,
}
