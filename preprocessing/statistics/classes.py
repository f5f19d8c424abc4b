"""The classes of the target for which statistics are computed separately."""

import numpy as np
from numpy.typing import NDArray

from gradus.facts import MAX_VALUES
from gradus.wire.statistics import MAX_BY_CLASS, MAX_CLASSES
from gradus.wire.table import ColumnRecord
from preprocessing.table import Table
from preprocessing.texts import as_text


def class_names(table: Table, target: str | None) -> tuple[str, ...]:
    """The most frequent classes. Empty if the target has no classes, or the table is too wide for statistics of two of
    them."""
    if target is None or not has_classes(table.record(target)):
        return ()
    most = min(MAX_CLASSES, MAX_BY_CLASS // len(table.read.columns))
    return tuple(value.value for value in table.record(target).values[:most]) if most > 1 else ()


def has_classes(record: ColumnRecord) -> bool:
    """Whether the column's values are classes: there are few enough, and each has been counted."""
    return record.type in ("text", "boolean", "integer") and 0 < record.distinct <= MAX_VALUES and bool(record.values)


def class_rows(table: Table, target: str, classes: tuple[str, ...]) -> dict[str, NDArray[np.intp]]:
    """The rows of each class, ascending."""
    column = as_text(table.column(target), table.record(target).type)
    place = {name: i for i, name in enumerate(column.categories)}
    return {name: np.flatnonzero(column.values == place[name]) for name in classes}
