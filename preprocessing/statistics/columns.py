"""The statistics of every column of a stored table."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, assert_never

from gradus.facts import ColumnType
from gradus.wire.statistics import ColumnStatistics, NamedStatistics, Statistics
from preprocessing.statistics.classes import class_names, class_rows
from preprocessing.statistics.dates import date_statistics
from preprocessing.statistics.images import array_statistics, image_statistics
from preprocessing.statistics.numbers import number_statistics
from preprocessing.statistics.rows import Rows, class_sizes, long_rows, missing_in_classes
from preprocessing.statistics.short import ByClass, missing_by_class, short_statistics
from preprocessing.statistics.texts import text_statistics
from preprocessing.table import STACKED, Table

SHORT = 1_000_000
"""Number of rows up to which many columns at a time are held in memory; in longer tables DuckDB computes column by
column."""

_Fields = dict[str, Any]
_Found = tuple[_Fields, dict[str, _Fields], dict[str, int]]
"""The fields for all rows, the fields for each class, and the number of rows without a value in each class."""


def statistics(
    table: Table, target: str | None = None, on_progress: Callable[[int], None] = lambda _: None
) -> Statistics:
    """The statistics of all columns and, if the target has classes, the statistics of each class. `on_progress` is
    called with the number of columns that are done."""
    classes = class_names(table, target)
    if table.rows <= SHORT:
        members = class_rows(table, target, classes) if target is not None and classes else {}
        sizes = {name: len(rows) for name, rows in members.items()}
        flat = _short(table, members)
    else:
        found = long_rows(table, target, classes)
        sizes = class_sizes(found)
        flat = _long(table, found)
    named: dict[str, NamedStatistics] = {}
    for name, fields in chain(flat, _stacked(table)):
        named[name] = _named(table, name, fields, sizes)
        on_progress(len(named))
    return Statistics(
        rows=table.rows,
        target=target if classes else None,
        columns=tuple(named[column.name] for column in table.read.columns),
    )


def _short(table: Table, members: ByClass) -> Iterator[tuple[str, _Found]]:
    for columns in table.groups(_flat(table)):
        types = [table.record(name).type for name in columns]
        found = short_statistics(list(columns.values()), types, members)
        for (name, column), (whole, by_class) in zip(columns.items(), found, strict=True):
            yield name, (whole, by_class, missing_by_class(column, members))


def _long(table: Table, rows: Rows) -> Iterator[tuple[str, _Found]]:
    for name in _flat(table):
        position = table.position(name)
        missing = missing_in_classes(rows, position) if rows.classes else {}
        yield name, (*_of_long(rows, position, table.record(name).type), missing)


def _of_long(rows: Rows, position: int, type_: ColumnType) -> tuple[_Fields, dict[str, _Fields]]:
    column = f"c{position}"
    match type_:
        case "integer" | "number":
            return number_statistics(rows, position, f"{column}::DOUBLE")
        case "boolean":
            return text_statistics(rows, position, f"{column}::VARCHAR", lengths=False)
        case "text":
            return text_statistics(rows, position, column, lengths=True)
        case "date" | "datetime":
            return date_statistics(rows, position, times=type_ == "datetime")
        case "image" | "array":
            raise AssertionError(type_)
        case other:
            assert_never(other)


def _stacked(table: Table) -> Iterator[tuple[str, _Found]]:
    for column in table.read.columns:
        if column.type in STACKED:
            describe = image_statistics if column.type == "image" else array_statistics
            yield column.name, (describe(table, column.name), {}, {})


def _flat(table: Table) -> list[str]:
    return [column.name for column in table.read.columns if column.type not in STACKED]


def _named(table: Table, name: str, found: _Found, sizes: dict[str, int]) -> NamedStatistics:
    record, (whole, by_class, missing) = table.record(name), found
    return NamedStatistics(
        name=name,
        type=record.type,
        rows=table.rows,
        missing=record.missing,
        distinct=record.distinct,
        distinct_exact=record.distinct_exact,
        **whole,
        by_class={
            label: ColumnStatistics(rows=size, missing=missing.get(label, 0), **by_class.get(label, {}))
            for label, size in sizes.items()
        },
    )
