"""Stored tables made of Python values, as if a file had been read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from gradus.facts import MAX_VALUES, ColumnType, FileFacts, ValueCount
from gradus.wire.table import ColumnRecord, ReadTable
from preprocessing.table import FACTS, PARQUET, Table

Cells = Sequence[Any] | NDArray[Any]

_SQL: dict[ColumnType, str] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "text": "VARCHAR",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


def stored_table(
    folder: Path,
    columns: Mapping[str, Cells],
    files: Sequence[FileFacts] = (),
    roles: Mapping[str, str] | None = None,
) -> Table:
    """A stored table with these columns; None and NaN are missing. An array of three or more axes is a column of images
    if it is uint8, else of arrays."""
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    cells: list[tuple[str, ColumnType, Sequence[Any]]] = []
    for i, (name, values) in enumerate(columns.items()):
        kind = _type(values)
        if kind in ("image", "array"):
            np.save(folder / f"c{i}.npy", np.asarray(values))
            records.append(ColumnRecord(name=name, type=kind, shape=np.shape(values)[1:]))
        else:
            plain = [_plain(value) for value in values]
            cells.append((f"c{i}", kind, plain))
            records.append(_record(name, kind, plain, (roles or {}).get(name)))
    rows = len(next(iter(columns.values())))
    sizes = [file.rows for file in files] or [rows]
    places = [place for place, size in enumerate(sizes) for _ in range(size)]
    cells += [("_file", "integer", places), ("_line", "integer", list(range(2, rows + 2)))]
    _write(folder / PARQUET, cells)
    read = ReadTable(
        parse={"kind": "csv"},
        rows=rows,
        columns=tuple(records),
        files=tuple(files) or (FileFacts(name="rows.csv", rows=rows),),
        digest="sha256:" + "0" * 64,
    )
    (folder / FACTS).write_text(read.model_dump_json())
    return Table(folder)


def _write(path: Path, cells: Sequence[tuple[str, ColumnType, Sequence[Any]]]) -> None:
    connection = duckdb.connect()
    columns = ", ".join(f"unnest(?::{_SQL[kind]}[]) AS {name}" for name, kind, _ in cells)
    connection.execute(f"COPY (SELECT {columns}) TO '{path}' (FORMAT parquet)", [list(values) for *_, values in cells])


def _record(name: str, kind: ColumnType, values: Sequence[Any], role: str | None) -> ColumnRecord:
    known = [value for value in values if value is not None]
    counts = Counter(map(_text, known)) if kind in ("text", "boolean", "integer") else Counter[str]()
    numbers = kind in ("integer", "number") and known
    return ColumnRecord(
        name=name,
        type=kind,
        role=role,
        missing=len(values) - len(known),
        distinct=len(set(known)),
        values=tuple(
            ValueCount(value=value, count=count)
            for value, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MAX_VALUES]
        ),
        minimum=float(min(known)) if numbers else None,
        maximum=float(max(known)) if numbers else None,
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and np.isnan(plain) else plain


def _type(values: Cells) -> ColumnType:
    if isinstance(values, np.ndarray) and values.ndim > 1:
        return "image" if values.dtype == np.uint8 and values.ndim == 4 else "array"
    kinds = {type(_plain(value)) for value in values if _plain(value) is not None}
    if kinds <= {bool}:
        return "boolean"
    if kinds <= {int}:
        return "integer"
    if kinds <= {int, float}:
        return "number"
    if kinds <= {datetime}:
        return "datetime"
    return "date" if kinds <= {date} else "text"
