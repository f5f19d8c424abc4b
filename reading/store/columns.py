"""What a reader says of a column, and what the stored rows say of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import duckdb
import numpy as np

from gradus.facts import MAX_VALUES, ColumnType, ValueCount
from gradus.wire.table import ColumnRecord
from preprocessing.table import PARQUET, STACKED
from reading.store.connection import quoted

EXACT = 40_000
"""About how many distinct values are counted one by one. Of more, a sample of about as many is counted, by hash: the
standard deviation of the result is half a percent."""
EXAMPLES = 5
SQL: dict[ColumnType, str] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "text": "VARCHAR",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}
_AS_TEXT = {"date": "strftime({}, '%Y-%m-%d')", "datetime": "replace({}::VARCHAR, ' ', 'T')"}


@dataclass(frozen=True)
class Described:
    """A column as its reader knows it."""

    name: str
    type: ColumnType
    role: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    would_be: dict[str, str] = field(default_factory=dict)


def records(
    connection: duckdb.DuckDBPyConnection, folder: Path, columns: Sequence[Described]
) -> tuple[ColumnRecord, ...]:
    """The records of a stored table's columns, whose rows are all looked at."""
    table = f"read_parquet({quoted(folder / PARQUET)})"
    return tuple(
        _stack(folder / f"c{i}.npy", column) if column.type in STACKED else _scalars(connection, table, f"c{i}", column)
        for i, column in enumerate(columns)
    )


def _stack(path: Path, column: Described) -> ColumnRecord:
    stack = np.load(path, mmap_mode="r", allow_pickle=False)
    storage = cast("Literal['uint8', 'float32', 'float64', 'int64']", stack.dtype.name)
    return ColumnRecord(**vars(column), shape=stack.shape[1:], storage=storage)


def _scalars(connection: duckdb.DuckDBPyConnection, table: str, name: str, column: Described) -> ColumnRecord:
    low, high = (f"min({name})", f"max({name})") if column.type in ("integer", "number") else ("NULL", "NULL")
    missing, about, least, most = _row(
        connection, f"SELECT count(*) - count({name}), approx_count_distinct({name}), {low}, {high} FROM {table}"
    )
    every = max(1, about // EXACT)
    (distinct,) = _row(
        connection,
        f"SELECT count(DISTINCT {name}) FROM {table} WHERE {name} IS NOT NULL AND hash({name}) % {every} = 0",
    )
    text = _AS_TEXT.get(column.type, "{}::VARCHAR").format(name)
    first = connection.execute(f"SELECT {text} FROM {table} WHERE {name} IS NOT NULL LIMIT 100").fetchall()
    return ColumnRecord(
        **vars(column),
        missing=missing,
        distinct=distinct * every,
        distinct_exact=every == 1,
        values=() if column.type == "number" else _frequent(connection, table, name, text),
        minimum=least,
        maximum=most,
        examples=tuple(dict.fromkeys(value[:80] for (value,) in first))[:EXAMPLES],
    )


def _frequent(connection: duckdb.DuckDBPyConnection, table: str, name: str, text: str) -> tuple[ValueCount, ...]:
    counted = f"SELECT {name}, count(*) AS n FROM {table} WHERE {name} IS NOT NULL GROUP BY ALL"
    found = connection.execute(
        f"SELECT {text}, n FROM ({counted}) ORDER BY n DESC, {name} LIMIT {MAX_VALUES}"
    ).fetchall()
    return tuple(ValueCount(value=value, count=count) for value, count in found)


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    found = connection.execute(query).fetchone()
    assert found is not None
    return found
