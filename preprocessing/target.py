"""The targets of a table's rows: classes, numbers, or labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradus.encoding import Misfit
from gradus.spec.target import Tags, Target
from preprocessing.column import Column, Mask
from preprocessing.table import Table
from preprocessing.texts import as_text


@dataclass(frozen=True, eq=False)
class Targets:
    """The targets of all rows of a table."""

    values: NDArray[np.int64] | NDArray[np.float64]
    """Class indices, int64 (n,); or numbers, float64 (n,) for one target, else (n, targets); or 0 and 1 for each label,
    float64 (n, labels). Where a target is missing, the value is meaningless."""
    known: Mask
    """Whether no target of the row is missing, (n,)."""


def targets_of(target: Target, classes: Sequence[str], table: Table) -> Targets:
    """The targets of a table.

    One column is a class if there are `classes`, else a number. Several columns are labels if there are `classes`, else
    numbers. Tags are labels.

    Raises:
        Misfit: a value is not one of the classes, or a column does not have numbers.
    """
    match target:
        case str() if classes:
            column = _as_text(target, table)
            return Targets(_positions(column, classes).astype(np.int64), ~column.missing)
        case str():
            column = _numbers(target, table)
            return Targets(column.values, ~column.missing)
        case Tags():
            return _tags(target, classes, table)
        case _:
            columns = [_numbers(name, table) for name in target]
            known = ~np.any([column.missing for column in columns], axis=0)
            values = np.stack([column.values for column in columns], axis=1)
            return Targets(values != 0 if classes else values, known)


def tags_in(target: Tags, table: Table) -> tuple[str, ...]:
    """The different tags of a table, sorted by code points."""
    column = _as_text(target.column, table)
    return tuple(sorted({tag for cell in column.categories for tag in _split(cell, target)}))


def _tags(target: Tags, labels: Sequence[str], table: Table) -> Targets:
    """Multi-label targets. A row has a label if its cell names it; blanks around a tag and empty tags are ignored."""
    column = _as_text(target.column, table)
    of_cell = np.zeros((len(column.categories) + 1, len(labels)))  # the last row is for the code -1
    place = {label: i for i, label in enumerate(labels)}
    for i, cell in enumerate(column.categories):
        for tag in _split(cell, target):
            if tag not in place:
                raise Misfit(("target",), f"the tag '{tag}' is not one of the {len(labels)} labels")
            of_cell[i, place[tag]] = 1
    return Targets(of_cell[column.values], ~column.missing)


def _split(cell: str, target: Tags) -> list[str]:
    return [tag for part in cell.split(target.separator) if (tag := part.strip())]


def _positions(column: Column, classes: Sequence[str]) -> NDArray[np.int64]:
    place = {name: i for i, name in enumerate(classes)}
    unknown = [name for name in column.categories if name not in place]
    if unknown:
        raise Misfit(("target",), f"'{unknown[0]}' is not one of the {len(classes)} classes")
    of_category = np.array([*(place[name] for name in column.categories), 0], dtype=np.int64)
    positions: NDArray[np.int64] = of_category[column.values]
    return positions


def _as_text(name: str, table: Table) -> Column:
    return as_text(table.column(name), table.record(name).type)


def _numbers(name: str, table: Table) -> Column:
    type_ = table.record(name).type
    if type_ not in {"integer", "number", "boolean"}:
        raise Misfit(("target",), f"'{name}' has the type {type_}: a regression needs numbers")
    column = table.column(name)
    return Column(column.values.astype(np.float64), column.missing)
