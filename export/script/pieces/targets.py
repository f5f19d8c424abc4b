"""The targets of a table's rows, and which rows have one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from export.script.pieces.tables import Table
from preprocessing.texts import as_text

Known = NDArray[np.bool_]


def class_targets(table: Table, name: str, classes: Sequence[str]) -> tuple[NDArray[np.int64], Known]:
    """The index of each row's class."""
    column = as_text(table.column(name), table.type_of(name))
    places = [*(classes.index(text) for text in column.categories), 0]  # the last one is for the code -1
    return np.array(places, dtype=np.int64)[column.values], ~column.missing


def number_target(table: Table, name: str) -> tuple[NDArray[np.float64], Known]:
    """The target of each row, a number."""
    column = table.column(name)
    return column.values.astype(np.float64), ~column.missing


def number_targets(table: Table, names: Sequence[str]) -> tuple[NDArray[np.float64], Known]:
    """The targets of each row, numbers, (n, targets)."""
    columns = [table.column(name) for name in names]
    known = ~np.any([column.missing for column in columns], axis=0)
    return np.stack([column.values.astype(np.float64) for column in columns], axis=1), known


def flag_targets(table: Table, names: Sequence[str]) -> tuple[NDArray[np.float64], Known]:
    """0 and 1 for each label of each row, (n, labels)."""
    values, known = number_targets(table, names)
    return (values != 0).astype(np.float64), known


def tag_targets(table: Table, name: str, separator: str, labels: Sequence[str]) -> tuple[NDArray[np.float64], Known]:
    """0 and 1 for each label of each row, whose cell lists its labels, (n, labels)."""
    column = as_text(table.column(name), table.type_of(name))
    of_cell = np.zeros((len(column.categories) + 1, len(labels)))
    for i, cell in enumerate(column.categories):
        for tag in filter(None, (part.strip() for part in cell.split(separator))):
            of_cell[i, labels.index(tag)] = 1
    return of_cell[column.values], ~column.missing


def balanced(targets: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """The weight n / (k · n_c) for each of k classes, where n_c of the n training examples have class c; 0 for a class
    without examples."""
    counts = np.bincount(targets, minlength=classes)
    return np.where(counts > 0, len(targets) / (classes * np.maximum(counts, 1)), 0.0)


def row_weights(table: Table, name: str) -> NDArray[np.float64]:
    """The weight of each row."""
    column = table.column(name)
    return np.where(column.missing, np.nan, column.values.astype(np.float64))
