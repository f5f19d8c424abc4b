"""The statistics of every column of a stored table."""

from collections.abc import Callable
from typing import Any, assert_never

from gradus.wire.statistics import ColumnStatistics, NamedStatistics, Statistics
from preprocessing.statistics.dates import date_statistics
from preprocessing.statistics.images import array_statistics, image_statistics
from preprocessing.statistics.numbers import number_statistics
from preprocessing.statistics.rows import Rows, rows
from preprocessing.statistics.texts import text_statistics
from preprocessing.table import Table

Fields = tuple[dict[str, Any], dict[str, dict[str, Any]]]


def statistics(
    table: Table, target: str | None = None, on_progress: Callable[[int], None] = lambda _: None
) -> Statistics:
    """The statistics of all columns; with a target that has classes, those of each class as well. `on_progress` is
    called with the number of columns that are done."""
    found = rows(table, target)
    sizes = _class_sizes(found)
    columns = []
    for column in table.read.columns:
        columns.append(_column(table, found, column.name, sizes))
        on_progress(len(columns))
    return Statistics(
        rows=table.rows,
        target=target if found.classes else None,
        columns=tuple(columns),
    )


def _column(table: Table, rows: Rows, name: str, sizes: dict[str, int]) -> NamedStatistics:
    record = table.record(name)
    overall, by_class = _fields(table, rows, name)
    missing = _missing(rows, f"c{table.position(name)}") if sizes and record.type not in ("image", "array") else {}
    return NamedStatistics(
        name=name,
        type=record.type,
        rows=table.rows,
        missing=record.missing,
        distinct=record.distinct,
        distinct_exact=record.distinct_exact,
        **overall,
        by_class={
            label: ColumnStatistics(rows=size, missing=missing.get(label, 0), **by_class.get(label, {}))
            for label, size in sizes.items()
        },
    )


def _fields(table: Table, rows: Rows, name: str) -> Fields:  # noqa: PLR0911 - one for each type
    column = f"c{table.position(name)}"
    match table.record(name).type:
        case "integer" | "number":
            return number_statistics(rows, f"{column}::DOUBLE")
        case "boolean":
            return text_statistics(rows, f"{column}::VARCHAR", lengths=False)
        case "text":
            return text_statistics(rows, column, lengths=True)
        case "date":
            return date_statistics(rows, column, times=False)
        case "datetime":
            return date_statistics(rows, column, times=True)
        case "image":
            return image_statistics(table, name), {}
        case "array":
            return array_statistics(table, name), {}
        case other:
            assert_never(other)


def _class_sizes(rows: Rows) -> dict[str, int]:
    if not rows.classes:
        return {}
    found = dict(rows.query(f"SELECT {rows.group} AS g, count(*) FROM t GROUP BY g"))
    return {name: found[name] for name in rows.classes}


def _missing(rows: Rows, column: str) -> dict[str, int]:
    counted = f"SELECT {rows.group} AS g, count(*) - count({column}) FROM t GROUP BY g"
    return {name: count for name, count in rows.query(counted) if name is not None}
