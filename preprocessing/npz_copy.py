"""A stored table as a NumPy archive, from which numpy and torch can read every value exactly, without another library.

`columns` is a JSON text with the name and type of each column. The column at position i has `i.values`, as
`preprocessing.column` describes them, and `i.missing` unless it has images or arrays. The values of a text column are
codes: positions among its distinct texts. `i.texts` has these texts one after the other, in UTF-8, and `i.lengths` the
number of bytes of each. If files belong to parts, `part` has the part of each row: 0 for none, 1 training, 2
validation, 3 test.
"""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gradus.facts import PARTS
from gradus.wire.table import ColumnRecord
from preprocessing.column import Column
from preprocessing.table import ROW_GROUP, STACKED, Table

_WHEN = (2026, 1, 1, 0, 0, 0)
"""The date of all members of the archive, so that the same table always gives the same file."""
STACK_BYTES = 16 << 20
"""Images and arrays are copied in pieces of this many bytes."""


def write_npz(table: Table, target: Path) -> None:
    """Write the table to `target`. Takes the memory of one column."""
    columns = [{"name": column.name, "type": column.type} for column in table.read.columns]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        _write(archive, "columns", [np.array(json.dumps(columns))])
        for i, record in enumerate(table.read.columns):
            if record.type in STACKED:
                _write_stack(archive, i, table, record)
            else:
                _write_column(archive, i, table.column(record.name), record)
        if any(file.split for file in table.read.files):
            parts = [0 if file.split is None else 1 + PARTS.index(file.split) for file in table.read.files]
            _write(archive, "part", [np.array(parts, dtype=np.uint8)[table.files()]])


def _write_column(archive: zipfile.ZipFile, i: int, column: Column, record: ColumnRecord) -> None:
    _write(archive, f"{i}.values", [column.values])
    _write(archive, f"{i}.missing", [column.missing])
    if record.type == "text":
        texts = [text.encode() for text in column.categories]
        _write(archive, f"{i}.texts", [np.frombuffer(b"".join(texts), dtype=np.uint8)])
        _write(archive, f"{i}.lengths", [np.array([len(text) for text in texts], dtype=np.int64)])


def _write_stack(archive: zipfile.ZipFile, i: int, table: Table, record: ColumnRecord) -> None:
    first = table.chunk([record.name], 0, 1)[record.name].values
    at_once = max(1, min(ROW_GROUP, STACK_BYTES // max(1, first.nbytes)))
    pieces = (chunk[record.name].values for _, chunk in table.chunks([record.name], at_once))
    _write(archive, f"{i}.values", pieces, (table.rows, *first.shape[1:]))


def _write(
    archive: zipfile.ZipFile, name: str, pieces: Iterable[NDArray[Any]], shape: tuple[int, ...] | None = None
) -> None:
    """Write an array in pieces along its first axis. `shape` is that of the whole array; None if there is only one
    piece."""
    header: dict[str, Any] = {}
    with archive.open(zipfile.ZipInfo(f"{name}.npy", _WHEN), "w", force_zip64=True) as file:
        for piece in pieces:
            if not header:
                descr = npy.dtype_to_descr(piece.dtype)
                header = {"descr": descr, "fortran_order": False, "shape": piece.shape if shape is None else shape}
                npy.write_array_header_1_0(file, header)
            file.write(np.ascontiguousarray(piece).tobytes())
