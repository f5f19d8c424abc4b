"""Writes stored tables from columns in memory, in the format of `preprocessing.table`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.facts import MAX_VALUES, ColumnType, FileFacts, TableFacts, ValueCount
from gradus.wire.table import ColumnRecord, ReadTable
from preprocessing.digest import digest_of
from preprocessing.table import FACTS, PARQUET, ROW_GROUP, Table
from tests.duck import cursor

_SQL = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "text": "VARCHAR",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


def store(
    folder: Path,
    columns: Mapping[str, Sequence[Any] | NDArray[Any]],
    *,
    files: Sequence[FileFacts] = (),
    row_group: int = ROW_GROUP,
) -> Table:
    """Write a stored table. None, NaN and NaT are missing; an array of several dimensions is a column of arrays, one of
    four dimensions and bytes a column of images; `datetime64[D]` are dates and `datetime64[us]` times."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = len(next(iter(columns.values())))
    files = tuple(files) or (FileFacts(name="table.csv", rows=rows),)
    arrays: dict[str, NDArray[Any]] = {}
    terms, records = [], []
    for i, (name, values) in enumerate(columns.items()):
        type_, array, missing = _typed(values)
        records.append(_record(name, type_, array, missing))
        if type_ in ("image", "array"):
            np.save(folder / f"c{i}.npy", array)
            continue
        arrays |= {f"v{i}": array, f"m{i}": missing}
        terms.append(f"CASE WHEN m{i} THEN NULL ELSE v{i}::{_SQL[type_]} END AS c{i}")
    arrays["_file"] = np.repeat(np.arange(len(files), dtype=np.int32), [file.rows for file in files])
    arrays["_line"] = np.arange(2, rows + 2, dtype=np.int64)
    path = str(folder / PARQUET).replace("'", "''")
    with cursor() as connection:
        connection.register("arrays", arrays)
        query = f"SELECT {', '.join([*terms, '_file', '_line'])} FROM arrays"  # noqa: S608 (our own names)
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE {row_group})")
    read = ReadTable(parse={}, rows=rows, columns=tuple(records), files=files, digest="")
    table = Table(folder, read)
    read = read.model_copy(update={"digest": digest_of(table)})
    (folder / FACTS).write_text(read.model_dump_json(), encoding="utf-8")
    return Table(folder, stored=table.stored)


def facts_of(table: Table, target: str | tuple[str, ...] | None = None) -> TableFacts:
    """The facts of a stored table, as the service stores them."""
    return table.facts("table", 1).model_copy(update={"target": target})


def _typed(values: Sequence[Any] | NDArray[Any]) -> tuple[ColumnType, NDArray[Any], NDArray[np.bool_]]:
    """The type of a column, its values for DuckDB, and which values are missing."""
    if isinstance(values, np.ndarray) and values.ndim > 1:
        image = values.ndim == 4 and values.dtype == np.uint8
        return "image" if image else "array", values, np.zeros(len(values), dtype=np.bool_)
    listed = list(values)
    missing = np.array([_is_missing(value) for value in listed])
    present = [value for value, absent in zip(listed, missing, strict=True) if not absent]
    array = np.asarray(present) if present else np.asarray(values)[:0]
    if array.dtype.kind == "M":
        date = array.dtype == np.dtype("datetime64[D]")
        return "date" if date else "datetime", _filled(missing, array.astype("datetime64[us]")), missing
    if array.dtype.kind in "UO":
        return "text", _filled(missing, np.array(present, dtype=object)), missing
    kinds: dict[str, ColumnType] = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}
    return kinds[array.dtype.kind], _filled(missing, array), missing


def _is_missing(value: object) -> bool:
    if isinstance(value, np.datetime64):
        return bool(np.isnat(value))
    return value is None or (isinstance(value, float) and isnan(value))


def _filled(missing: NDArray[np.bool_], present: NDArray[Any]) -> NDArray[Any]:
    filled = np.zeros(len(missing), dtype=present.dtype)
    if present.dtype == object:
        filled[:] = ""
    filled[~missing] = present
    return filled


def _record(name: str, type_: ColumnType, array: NDArray[Any], missing: NDArray[np.bool_]) -> ColumnRecord:
    if type_ in ("image", "array"):
        return ColumnRecord.model_validate(
            {"name": name, "type": type_, "shape": array.shape[1:], "storage": array.dtype.name}
        )
    present = array[~missing]
    counts = Counter(_text(value) for value in present.tolist())
    listed = [] if type_ == "number" else sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    numeric = type_ in ("integer", "number") and len(present) > 0
    return ColumnRecord(
        name=name,
        type=type_,
        missing=int(missing.sum()),
        distinct=len(counts),
        values=tuple(ValueCount(value=value, count=count) for value, count in listed[:MAX_VALUES]),
        minimum=float(present.min()) if numeric else None,
        maximum=float(present.max()) if numeric else None,
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
