"""The facts of columns, computed over all rows of the stored table."""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np

from gradus.facts import ColumnType, ValueCount
from preprocessing.stored_columns import StoredColumns, groups
from preprocessing.stored_names import by_file
from preprocessing.table import STACKED
from reading.stored.few_rows import FEW_ROWS, facts_of_few, most_values

_SHARE = 64
"""Of the hashes, one in so many is counted where exact counting would take too much memory: for 200 000 distinct
values about 3 100 hashes, whose standard error is 1.8 %; for 2 million 0.6 %. Below `_SURE` the count is exact."""
_SURE = 3_000_000
_TOGETHER = 16
"""Columns in one query, whose hashes take about 2 MiB each, however few rows there are."""

_AS_TEXT = {
    "boolean": "CASE WHEN v THEN 'true' ELSE 'false' END",
    "date": "strftime(v, '%Y-%m-%d')",
    "datetime": "replace(v::VARCHAR, ' ', 'T')",
}


def facts(
    connection: duckdb.DuckDBPyConnection,
    stored: StoredColumns,
    types: Sequence[ColumnType],
    rows: int,
    table: str | None = None,
) -> list[dict[str, Any]]:
    """For each column: missing, distinct, distinct_exact, values, minimum, maximum.

    Arguments:
        connection: Asked for the facts of tables of many rows.
        stored: The columns.
        types: Of the columns; those of images and arrays have no facts.
        rows: Of the table.
        table: A table of the connection with all columns, if it has one; else it reads the Parquet files.
    """
    flat = [i for i, type_ in enumerate(types) if type_ not in STACKED]
    found: list[dict[str, Any]] = [{} for _ in types]
    if rows <= FEW_ROWS:
        for positions in groups(flat, rows):
            for i, (values, missing) in stored.values(positions, 0, rows).items():
                found[i] = facts_of_few(values[~missing.astype(np.bool_)], rows, types[i], len(types))
        return found
    for positions in by_file(flat).values():
        source = table or stored.relation(positions[0])
        for start in range(0, len(positions), _TOGETHER):
            together = positions[start : start + _TOGETHER]
            found_here = _counted(connection, source, types, together)
            for i, known in zip(together, found_here, strict=True):
                most = most_values(len(types), known["distinct"])
                found[i] = known | ({} if types[i] == "number" else _values(connection, source, i, types[i], most))
    return found


def _counted(
    connection: duckdb.DuckDBPyConnection, table: str, types: Sequence[ColumnType], places: Sequence[int]
) -> list[dict[str, Any]]:
    """One pass over some columns."""
    limit = (1 << 64) // _SHARE
    parts = []
    for i in places:
        numeric = types[i] in ("integer", "number")
        parts += [
            f"count(*) - count(c{i})",
            f"count(DISTINCT hash(c{i})) FILTER (hash(c{i}) < {limit} AND c{i} IS NOT NULL)",
            f"min(c{i})::DOUBLE" if numeric else "NULL",
            f"max(c{i})::DOUBLE" if numeric else "NULL",
        ]
    row = connection.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone()
    assert row is not None
    found = []
    for place, i in enumerate(places):
        missing, hashes, least, most = row[4 * place : 4 * place + 4]
        exact = hashes * _SHARE < _SURE
        distinct = _distinct(connection, table, f"c{i}") if exact else hashes * _SHARE
        found.append(
            {"missing": missing, "distinct": distinct, "distinct_exact": exact, "minimum": least, "maximum": most}
        )
    return found


def _distinct(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    row = connection.execute(f"SELECT count(DISTINCT {column}) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def _values(
    connection: duckdb.DuckDBPyConnection, table: str, place: int, kind: ColumnType, most: int
) -> dict[str, Any]:
    text = _AS_TEXT.get(kind, "v::VARCHAR")
    rows = connection.execute(
        f"SELECT {text}, n FROM (SELECT c{place} AS v, count(*) AS n FROM {table} WHERE c{place} IS NOT NULL "
        f"GROUP BY v ORDER BY n DESC, v LIMIT {most})"
    ).fetchall()
    return {"values": tuple(ValueCount(value=value, count=count) for value, count in rows)}
