"""What a reader of typed files says of a column, and what the stored rows say of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import duckdb
import numpy as np

from gradus.facts import ColumnType
from gradus.wire.table import ColumnRecord
from preprocessing.table import PARQUET, STACKED
from reading.stored.column_facts import facts
from reading.stored.connection import quoted
from reading.stored.conversion import SQL_TYPES

EXAMPLES = 5
SQL: dict[ColumnType, str] = {type_: name for type_, name in SQL_TYPES.items()}  # noqa: C416 - of more types
_AS_TEXT = {"date": "strftime({}, '%Y-%m-%d')", "datetime": "replace({}::VARCHAR, ' ', 'T')"}
_LOOKED_AT = 100
"""Rows that have the examples."""


@dataclass(frozen=True)
class Described:
    """A column as its reader knows it."""

    name: str
    type: ColumnType
    role: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


def records(
    connection: duckdb.DuckDBPyConnection, folder: Path, columns: Sequence[Described]
) -> tuple[ColumnRecord, ...]:
    """The records of a stored table's columns, whose rows are all looked at."""
    places = [i for i, column in enumerate(columns) if column.type not in STACKED]
    parquet = f"read_parquet({quoted(folder / PARQUET)})"
    named = ", ".join(f"c{i} AS c{place}" for place, i in enumerate(places))
    found: dict[int, dict[str, Any]] = {}
    if places:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW t AS SELECT {named} FROM {parquet}")
        types = [columns[i].type for i in places]
        for place, (i, known) in enumerate(zip(places, facts(connection, "t", types), strict=True)):
            found[i] = known | {"examples": _examples(connection, f"c{place}", columns[i].type)}
    return tuple(
        ColumnRecord(**vars(column), **(found[i] if i in found else _stack(folder / f"c{i}.npy")))
        for i, column in enumerate(columns)
    )


def _examples(connection: duckdb.DuckDBPyConnection, column: str, type_: ColumnType) -> tuple[str, ...]:
    text = _AS_TEXT.get(type_, "{}::VARCHAR").format(column)
    first = f"SELECT left({text}, 80) FROM t WHERE {column} IS NOT NULL LIMIT {_LOOKED_AT}"
    return tuple(dict.fromkeys(text for (text,) in connection.execute(first).fetchall()))[:EXAMPLES]


def _stack(path: Path) -> dict[str, Any]:
    stack = np.load(path, mmap_mode="r", allow_pickle=False)
    storage = cast("Literal['uint8', 'float32', 'float64', 'int64']", stack.dtype.name)
    return {"shape": stack.shape[1:], "storage": storage}
