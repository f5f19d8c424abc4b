"""The digest of a table's content. It depends on names, types and values alone, not on how a library writes them.

SHA-256 of: the line `gradus table 1`, the numbers of rows and columns; for each column its name and type, and for
images and arrays the type of an element and the shape of one example; then its values, in chunks of `CHUNK` rows, each
with a bit per row that says whether a value is there (rows in order, least significant bit first), and the values in
little endian, 0 where there is none. Booleans take a byte, dates 64-bit days and times 64-bit microseconds since 1970;
texts are their lengths in bytes as 32-bit numbers, then their UTF-8; NaN is 0x7ff8000000000000. Names and types are
UTF-8 after their length; every number whose width is not given has 64 bits. If files belong to parts, the part of each
row follows: 0 for none, 1 training, 2 validation, 3 test.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.facts import PARTS
from gradus.wire.table import ColumnRecord
from preprocessing.column import Column
from preprocessing.table import STACKED, Table, Texts

CHUNK = 65_536
VERSION = b"gradus table 1\n"

_NAN = np.array(0x7FF8000000000000, dtype=np.uint64).view(np.float64)
_LITTLE_ENDIAN = {"integer": "<i8", "number": "<f8", "boolean": "u1", "date": "<i8", "datetime": "<i8"}


def digest_of(table: Table) -> str:
    """`sha256:` and the digest of the table's content, in hexadecimal. Takes the memory of a chunk of one column, or of
    a group of columns of a short table."""
    digest = hashlib.sha256(VERSION + _number(table.rows) + _number(len(table.read.columns)))
    for record, pieces in _columns(table):
        digest.update(_text(record.name) + _text(record.type))
        if record.type in STACKED:
            digest.update(_shape(table.chunk([record.name], 0, 1)[record.name].values))
        for piece in pieces:
            digest.update(piece)
    if any(file.split for file in table.read.files):
        parts = [0 if file.split is None else 1 + PARTS.index(file.split) for file in table.read.files]
        digest.update(np.array(parts, dtype=np.uint8)[table.files()].data)
    return f"sha256:{digest.hexdigest()}"


def _columns(table: Table) -> Iterator[tuple[ColumnRecord, Iterator[Any]]]:
    """All columns, each with the pieces of its values; the columns of short tables are read many at a time."""
    records = table.read.columns
    for positions in table.stored.groups(range(len(records)), table.rows):
        flat = [i for i in positions if records[i].type not in STACKED]
        read = table.stored.values(flat, 0, table.rows) if len(positions) > 1 and flat else {}
        for i in positions:
            record = records[i]
            if record.type in STACKED:
                yield record, _elements(table, record.name)
            elif record.type == "text":
                yield record, _of_texts([_as_texts(*read[i])]) if read else _of_long_texts(table, record.name)
            else:
                whole = (
                    [table.of_raw(i, *read[i])]
                    if read
                    else (one[record.name] for _, one in table.chunks([record.name]))
                )
                yield record, _of_values(whole, record.type)


def _elements(table: Table, name: str) -> Iterator[Any]:
    for _, chunk in table.chunks([name], CHUNK):
        values = np.ascontiguousarray(chunk[name].values)
        yield _canonical(values).astype(values.dtype.newbyteorder("<"), copy=False).data.cast("B")


def _of_values(columns: Iterable[Column], type_: str) -> Iterator[Any]:
    for column in _rechunked(columns):
        present = np.where(column.missing, column.values.dtype.type(0), column.values)
        yield np.packbits(~column.missing, bitorder="little")
        yield _canonical(present).astype(_LITTLE_ENDIAN[type_], copy=False)


def _rechunked(columns: Iterable[Column]) -> Iterator[Column]:
    """The same rows in chunks of `CHUNK` rows. The file is read by row groups, because reading parts of them is
    slow."""
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


def _of_texts(pieces: Iterable[Texts]) -> Iterator[Any]:
    """The bytes to be hashed for a column of texts. Every piece but the last has a multiple of `CHUNK` rows."""
    for texts in pieces:
        for first in range(0, len(texts.values), CHUNK):
            chunk = slice(first, first + CHUNK)
            yield np.packbits(~texts.missing[chunk], bitorder="little")
            yield texts.sizes[chunk].astype("<u4", copy=False)
            yield "".join(texts.values[chunk]).encode()


def _of_long_texts(table: Table, name: str) -> Iterator[Any]:
    """The same bytes as `_of_texts`, without holding all texts of a chunk in memory."""
    together = table.rows_together(name)
    step = CHUNK
    while step > together:
        step //= 2
    texts = table.texts(name, step)
    for sizes, missing in table.text_sizes(name, CHUNK):
        yield np.packbits(~missing, bitorder="little")
        yield sizes.astype("<u4", copy=False)
        for _ in range(0, len(sizes), step):
            yield "".join(next(texts).values).encode()


def _as_texts(values: NDArray[Any], missing: NDArray[Any]) -> Texts:
    listed = values.tolist()
    sizes = np.fromiter((len(text.encode()) for text in listed), dtype=np.uint32, count=len(listed))
    return Texts(listed, sizes, missing.astype(np.bool_))


def _canonical(values: NDArray[Any]) -> NDArray[Any]:
    """The values, with the same bit pattern for every NaN."""
    if values.dtype.kind != "f":
        return values
    return np.where(np.isnan(values), _NAN.astype(values.dtype), values)


def _shape(values: NDArray[Any]) -> bytes:
    return _text(values.dtype.name) + b"".join(map(_number, (values.ndim - 1, *values.shape[1:])))


def _text(text: str) -> bytes:
    return _number(len(text.encode())) + text.encode()


def _number(number: int) -> bytes:
    return number.to_bytes(8, "little")
