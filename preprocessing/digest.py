"""The digest of a table's content. No Parquet writer and no picture library decides it, only names, types and values.

SHA-256 of: the line `gradus table 1`, the numbers of rows and columns; for each column its name and type, and for
images and arrays the type of an element and the shape of one; then its values, in chunks of `CHUNK` rows, each with a
bit per row that says whether a value is there (rows in order, least significant bit first), and the values in little
endian, 0 where there is none. Booleans take a byte, dates 64-bit days and times 64-bit microseconds since 1970; texts
are their lengths in bytes as 32-bit numbers, then their UTF-8; NaN is 0x7ff8000000000000. Names and types are UTF-8
after their length; every number without a width is of 64 bits. If files belong to parts, the part of each row follows:
0 for none, 1 training, 2 validation, 3 test.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.facts import PARTS
from preprocessing.column import Column
from preprocessing.table import ROW_GROUP, STACKED, Table

CHUNK = 65_536
VERSION = b"gradus table 1\n"

_NAN = np.array(0x7FF8000000000000, dtype=np.uint64).view(np.float64)
_LITTLE_ENDIAN = {"integer": "<i8", "number": "<f8", "boolean": "u1", "date": "<i8", "datetime": "<i8"}


def digest_of(table: Table) -> str:
    """`sha256:` and the digest of the table's content, in hexadecimal. Takes the memory of one chunk of a column."""
    digest = hashlib.sha256(VERSION + _number(table.rows) + _number(len(table.read.columns)))
    for record in table.read.columns:
        digest.update(_text(record.name) + _text(record.type))
        if record.type in STACKED:
            digest.update(_shape(table.chunk([record.name], 0, 1)[record.name].values))
        for piece in _texts(table, record.name) if record.type == "text" else _values(table, record.name, record.type):
            digest.update(piece)
    if any(file.split for file in table.read.files):
        parts = [0 if file.split is None else 1 + PARTS.index(file.split) for file in table.read.files]
        digest.update(np.array(parts, dtype=np.uint8)[table.files()].data)
    return f"sha256:{digest.hexdigest()}"


def _values(table: Table, name: str, type_: str) -> Iterator[Any]:
    for column in _rechunked(
        chunk[name] for _, chunk in table.chunks([name], CHUNK if type_ in STACKED else ROW_GROUP)
    ):
        if type_ in STACKED:
            values = np.ascontiguousarray(column.values)
            yield _canonical(values).astype(values.dtype.newbyteorder("<"), copy=False).data.cast("B")
        else:
            present = np.where(column.missing, column.values.dtype.type(0), column.values)
            yield np.packbits(~column.missing, bitorder="little")
            yield _canonical(present).astype(_LITTLE_ENDIAN[type_], copy=False)


def _rechunked(columns: Iterator[Column]) -> Iterator[Column]:
    """The same rows in chunks of `CHUNK`; those of the file are row groups, which are slow to read in parts."""
    values, missing = [], []
    have = 0
    for column in columns:
        start = 0
        while start < len(column.values):
            end = min(len(column.values), start + CHUNK - have)
            values.append(column.values[start:end])
            missing.append(column.missing[start:end])
            have += end - start
            start = end
            if have == CHUNK:
                yield Column(_joined(values), _joined(missing))
                values, missing, have = [], [], 0
    if have:
        yield Column(_joined(values), _joined(missing))


def _joined(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _texts(table: Table, name: str) -> Iterator[Any]:
    for texts in table.texts(name, CHUNK):
        yield np.packbits(~texts.missing, bitorder="little")
        yield texts.sizes.astype("<u4", copy=False)
        yield "".join(texts.values).encode()


def _canonical(values: NDArray[Any]) -> NDArray[Any]:
    """The values, with the same bits for every NaN."""
    if values.dtype.kind != "f":
        return values
    return np.where(np.isnan(values), _NAN.astype(values.dtype), values)


def _shape(values: NDArray[Any]) -> bytes:
    return _text(values.dtype.name) + b"".join(map(_number, (values.ndim - 1, *values.shape[1:])))


def _text(text: str) -> bytes:
    return _number(len(text.encode())) + text.encode()


def _number(number: int) -> bytes:
    return number.to_bytes(8, "little")
