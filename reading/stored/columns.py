"""Describes columns, from what the reader of a typed file knows about them and from the stored rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import duckdb
import numpy as np

from gradus.facts import ColumnType
from gradus.wire.table import ColumnRecord
from preprocessing.stored_columns import StoredColumns
from preprocessing.table import STACKED
from reading.stored.column_facts import facts

EXAMPLES = 5
_AS_TEXT = {"date": "strftime({}, '%Y-%m-%d')", "datetime": "replace({}::VARCHAR, ' ', 'T')"}
_LOOKED_AT = 100
"""Number of rows from which examples are taken."""


@dataclass(frozen=True)
class Described:
    """A column as its reader knows it."""

    name: str
    type: ColumnType
    role: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


def records(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    stored: StoredColumns,
    columns: Sequence[Described],
    rows: int,
) -> tuple[ColumnRecord, ...]:
    """The records of a stored table's columns, whose rows are all looked at."""
    types = [column.type for column in columns]
    known = facts(connection, stored, types, rows)
    examples = {
        i: found for positions in stored.groups(_flat(types), rows) for i, found in _examples(stored, types, positions)
    }
    return tuple(
        ColumnRecord(
            **vars(column),
            **(known[i] | {"examples": examples[i]} if i in examples else _stack(folder / f"c{i}.npy")),
        )
        for i, column in enumerate(columns)
    )


def _flat(types: Sequence[ColumnType]) -> list[int]:
    return [i for i, type_ in enumerate(types) if type_ not in STACKED]


def _examples(
    stored: StoredColumns, types: Sequence[ColumnType], positions: Sequence[int]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The first values of columns of one file, from its first rows. If a column has no values there, its first value
    anywhere."""
    texts = [f"left({_AS_TEXT.get(types[i], '{}::VARCHAR').format(f'c{i}')}, 80) AS e{i}" for i in positions]
    relation, ask = stored.relation(positions[0]), stored.connection.execute
    rows = ask(f"SELECT {', '.join(texts)} FROM {relation} LIMIT {_LOOKED_AT}").fetchall()
    for place, (i, values) in enumerate(zip(positions, zip(*rows, strict=True), strict=True)):
        found = [value for value in values if value is not None]
        if not found:
            first = f"SELECT {texts[place]} FROM {relation} WHERE c{i} IS NOT NULL LIMIT {_LOOKED_AT}"
            found = [value for (value,) in ask(first).fetchall()]
        yield i, tuple(dict.fromkeys(found))[:EXAMPLES]


def _stack(path: Path) -> dict[str, Any]:
    stack = np.load(path, mmap_mode="r", allow_pickle=False)
    storage = cast("Literal['uint8', 'float32', 'float64', 'int64']", stack.dtype.name)
    return {"shape": stack.shape[1:], "storage": storage}
