"""The rows of one column as a relation of values and classes, which the statistics are computed from."""

from dataclasses import dataclass
from typing import Any

import duckdb

from gradus.facts import MAX_VALUES
from gradus.wire.table import ColumnRecord
from preprocessing.table import PARQUET, Table, open_parquet

MAX_CLASSES = 50
"""Number of classes whose rows have statistics of their own, the most frequent ones."""


@dataclass(frozen=True, eq=False)
class Rows:
    """A stored table's rows, and the column that tells their classes apart."""

    connection: duckdb.DuckDBPyConnection
    classes: tuple[str, ...]
    """Texts of the classes; empty for none."""
    group: str
    """SQL: the class of a row, NULL for a row of another class or of none."""
    count: int

    def column(self, expression: str) -> str:
        """A relation with the value `x` and the class `g` of every row."""
        return f"(SELECT {expression} AS x, {self.group} AS g FROM t)"

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql, list(values)).fetchall()


def rows(table: Table, target: str | None) -> Rows:
    """The rows of the table, with the classes of the target if it has any."""
    connection = open_parquet(table.folder / PARQUET)
    if target is None or not has_classes(table.record(target)):
        return Rows(connection, (), "NULL", table.rows)
    text = f"c{table.position(target)}::VARCHAR"
    classes = tuple(value.value for value in table.record(target).values[:MAX_CLASSES])
    connection.execute("CREATE TEMP TABLE classes (name VARCHAR)")
    connection.executemany("INSERT INTO classes VALUES (?)", [[name] for name in classes])
    return Rows(connection, classes, f"CASE WHEN {text} IN (SELECT name FROM classes) THEN {text} END", table.rows)


def has_classes(record: ColumnRecord) -> bool:
    """Whether the column's values are classes: few enough, and counted one by one."""
    return record.type in ("text", "boolean", "integer") and 0 < record.distinct <= MAX_VALUES and bool(record.values)
