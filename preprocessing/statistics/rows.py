"""The rows of one column as an SQL relation of values and classes, from which the statistics of long tables are
computed."""

from dataclasses import dataclass
from typing import Any

from preprocessing.stored_columns import StoredColumns
from preprocessing.table import Table


@dataclass(frozen=True, eq=False)
class Rows:
    """A stored table's rows, and the target column that gives their classes."""

    stored: StoredColumns
    classes: tuple[str, ...]
    """Texts of the classes; empty if there are none."""
    target: int
    """Position of the target column."""
    count: int

    def column(self, position: int, expression: str) -> str:
        """A relation with the value `x` of the column at this position and the class `g` of every row; NULL if the
        class is missing or not one of `classes`."""
        if not self.classes:
            return f"(SELECT {expression} AS x, NULL AS g FROM {self.stored.relation(position)})"
        text = f"c{self.target}::VARCHAR"
        group = f"CASE WHEN {text} IN (SELECT name FROM classes) THEN {text} END"
        value, target = self.stored.relation(position), self.stored.relation(self.target)
        if value == target:
            return f"(SELECT {expression} AS x, {group} AS g FROM {value})"
        other = f"(SELECT {group} AS g FROM {target})"
        return f"(SELECT x, g FROM (SELECT {expression} AS x FROM {value}) POSITIONAL JOIN {other})"

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.stored.connection.execute(sql, list(values)).fetchall()


def long_rows(table: Table, target: str | None, classes: tuple[str, ...]) -> Rows:
    """The rows of the table, with the classes of the target if it has any."""
    connection = table.stored.connection
    connection.execute("CREATE OR REPLACE TEMP TABLE classes (name VARCHAR)")
    for name in classes:
        connection.execute("INSERT INTO classes VALUES (?)", [name])
    return Rows(table.stored, classes, 0 if target is None else table.position(target), table.rows)


def class_sizes(rows: Rows) -> dict[str, int]:
    """The number of rows of each class."""
    if not rows.classes:
        return {}
    found = dict(rows.query(f"SELECT g, count(*) FROM {rows.column(rows.target, 'NULL')} GROUP BY g"))
    return {name: found[name] for name in rows.classes}


def missing_in_classes(rows: Rows, position: int) -> dict[str, int]:
    """How many rows of each class miss the value of the column at this position."""
    counted = f"SELECT g, count(*) - count(x) FROM {rows.column(position, f'c{position}')} GROUP BY g"
    return {name: count for name, count in rows.query(counted) if name is not None}
