"""The facts of columns, computed over all rows of the stored table."""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np

from gradus.facts import ColumnType, ValueCount
from preprocessing.stored_columns import GROUP_TEXT, StoredColumns
from preprocessing.stored_names import by_file
from preprocessing.table import STACKED
from reading.stored.few_rows import FEW_ROWS, SHOWN, facts_of_few, most_values

_SHARE = 64
"""Only one in this many hashes is counted where exact counting would take too much memory. For 200 000 distinct values
that is about 3 100 hashes, with a standard error of 1.8 %; for 2 million it is 0.6 %. Below `_SURE` the count is
exact."""
_SURE = 3_000_000
LONG = 512
"""Mean bytes of a column's texts, above which they are long."""
_VALUE_BYTES = 1 << 20
"""Approximate size in bytes of the most frequent values that are listed for a column of long texts."""
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
        connection: Computes the facts of tables with many rows.
        stored: The columns.
        types: The types of the columns; images and arrays have no facts.
        rows: Number of rows of the table.
        table: A table of the connection with all columns, if it has one; else it reads the Parquet files.
    """
    flat = [i for i, type_ in enumerate(types) if type_ not in STACKED]
    found: list[dict[str, Any]] = [{} for _ in types]
    if rows <= FEW_ROWS:
        for positions in stored.groups(flat, rows):
            if stored.whole_text_bytes(positions) > GROUP_TEXT:  # a column of long texts
                (i,) = positions
                found[i] = _of_long(connection, stored, i, rows, len(types))
                continue
            for i, (values, missing) in stored.values(positions, 0, rows).items():
                found[i] = facts_of_few(values[~missing.astype(np.bool_)], rows, types[i], len(types))
        return found
    long = [i for i in flat if types[i] == "text" and stored.whole_text_bytes([i]) > max(GROUP_TEXT, LONG * rows)]
    for i in long:
        found[i] = _of_long(connection, stored, i, rows, len(types))
    for positions in by_file(i for i in flat if i not in long).values():
        source = table or stored.relation(positions[0])
        for start in range(0, len(positions), _TOGETHER):
            together = positions[start : start + _TOGETHER]
            found_here = _counted(connection, source, types, together)
            for i, known in zip(together, found_here, strict=True):
                most = most_values(len(types), known["distinct"])
                found[i] = known | ({} if types[i] == "number" else _values(connection, source, i, types[i], most))
    return found


def _of_long(
    connection: duckdb.DuckDBPyConnection, stored: StoredColumns, place: int, rows: int, columns: int
) -> dict[str, Any]:
    """The facts of a column of long texts. Counting the texts takes too much memory, so their MD5 hashes are counted.
    Among equally frequent texts, those with the same beginning may be listed in place of each other."""
    source, value = stored.relation(place), f"c{place}"
    counts = connection.execute(
        f"SELECT count(*) - count({value}), count(DISTINCT md5_number({value})) FROM {source}"
    ).fetchone()
    assert counts is not None
    missing, distinct = counts
    mean = max(1, stored.whole_text_bytes([place]) // rows)
    most = min(most_values(columns, distinct), max(SHOWN, _VALUE_BYTES // mean))
    frequent = (
        f"SELECT md5_number({value}) AS h, count(*) AS n FROM {source} WHERE {value} IS NOT NULL GROUP BY h "
        f"ORDER BY n DESC, min(left({value}, 64)), h LIMIT {most}"
    )
    values = connection.execute(
        f"SELECT any_value({value}) AS v, n FROM {source} JOIN ({frequent}) ON md5_number({value}) = h "
        "GROUP BY h, n ORDER BY n DESC, v"
    ).fetchall()
    named = tuple(ValueCount(value=value, count=count) for value, count in values)
    return {"missing": missing, "distinct": distinct, "distinct_exact": True, "values": named}


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
