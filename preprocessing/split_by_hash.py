"""The split by the hash of a key, in which rows keep their part when more rows come."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from gradus.spec.split import HashSplit
from preprocessing.column import Column
from preprocessing.table import STACKED, Table
from preprocessing.texts import as_text


def by_hash(split: HashSplit, table: Table, rows: NDArray[np.intp]) -> NDArray[np.int8]:
    """The part of each of these rows: test if u < test, validation if u < test + validation, else training.

    u in [0, 1) are the first eight bytes, as a fraction of 2⁶⁴, of the SHA-256 of the seed, a line feed, and for each
    column a byte 0 if the value is missing, else a byte 1, the length in 8 bytes little-endian and the value's text.
    """
    shares = np.empty(table.rows)
    prefix = hashlib.sha256(f"{split.seed}\n".encode())
    for first, chunk in table.chunks(split.columns):
        keys = [_keys(chunk[name], table.record(name).type) for name in split.columns]
        for i, key in enumerate(zip(*keys, strict=True)):
            digest = prefix.copy()
            digest.update(b"".join(key))
            shares[first + i] = int.from_bytes(digest.digest()[:8]) / 2**64
    u = shares[rows]
    parts = np.where(u < split.test + split.validation, np.int8(1), np.int8(0))
    parts[u < split.test] = 2
    return parts


def _keys(column: Column, type_: str) -> list[bytes]:
    """The bytes of each value."""
    if type_ in STACKED:
        return [_key(value.tobytes()) for value in column.values]
    texts = as_text(column, type_)  # type: ignore[arg-type]
    keys = [*(_key(text.encode()) for text in texts.categories), b"\0"]  # the last is for the code -1
    return [keys[code] for code in texts.values.tolist()]


def _key(value: bytes) -> bytes:
    return b"\1" + len(value).to_bytes(8, "little") + value
