"""Reads a table that was exported from the service."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType
from preprocessing.column import Column

CHUNK = 65_536
Rows = NDArray[np.intp]


class Table:
    """The columns of a NumPy archive. Its digest proves that it is the table of the original run, bit for bit."""

    def __init__(self, path: Path, digest: str) -> None:
        if not path.exists():
            sys.exit(f"{path} is missing: the head of this file says how to get it")
        self.file = np.load(path, allow_pickle=False)
        self.records = json.loads(str(self.file["columns"]))
        self.places = {record["name"]: i for i, record in enumerate(self.records)}
        self.digest = digest
        self.rows = len(self.file["0.values"])
        if digest_of(self) != digest:
            sys.exit(f"{path} is another table: its digest is not {digest}")

    def type_of(self, name: str) -> ColumnType:
        """The type of a column."""
        kind: ColumnType = self.records[self.places[name]]["type"]
        return kind

    def column(self, name: str) -> Column:
        """The values of a column, where they are missing, and its distinct texts."""
        i = self.places[name]
        values = self.file[f"{i}.values"]
        if self.type_of(name) in ("image", "array"):
            return Column(values, np.zeros(len(values), dtype=np.bool_))
        if self.type_of(name) != "text":
            return Column(values, self.file[f"{i}.missing"])
        ends = np.cumsum(self.file[f"{i}.lengths"]).tolist()
        texts = self.file[f"{i}.texts"].tobytes()
        starts = [0, *ends[:-1]]
        categories = tuple(texts[start:end].decode() for start, end in zip(starts, ends, strict=True))
        return Column(values, self.file[f"{i}.missing"], categories)

    def parts_of_files(self) -> NDArray[np.int8]:
        """The part of the file that each row was uploaded in: 0 training, 1 validation, 2 test."""
        parts: NDArray[np.int8] = self.file["part"].astype(np.int8) - 1
        return parts


def digest_of(table: Table) -> str:
    """SHA-256 over the names, types and values of all columns, whatever the file format."""
    digest = hashlib.sha256(b"gradus table 1\n" + size(table.rows) + size(len(table.records)))
    for record in table.records:
        column = table.column(record["name"])
        digest.update(counted(record["name"]) + counted(record["type"]))
        values = column.values
        if record["type"] in ("image", "array"):
            digest.update(counted(values.dtype.name) + b"".join(map(size, (values.ndim - 1, *values.shape[1:]))))
            digest.update(canonical(np.ascontiguousarray(values)).data.cast("B"))
            continue
        texts = [text.encode() for text in (*column.categories, "")]  # the last one is for the code -1
        for first in range(0, table.rows, CHUNK):
            own, missing = values[first : first + CHUNK], column.missing[first : first + CHUNK]
            digest.update(np.packbits(~missing, bitorder="little").data)
            if record["type"] == "text":
                encoded = [texts[code] for code in own.tolist()]
                digest.update(np.array([len(text) for text in encoded], dtype="<u4").data)
                digest.update(b"".join(encoded))
            else:
                digest.update(canonical(np.where(missing, own.dtype.type(0), own)).data)
    if "part" in table.file:
        digest.update(table.file["part"].data)
    return f"sha256:{digest.hexdigest()}"


def canonical(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """The values in little endian, with the same bits for every NaN; booleans become bytes."""
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype.kind == "f":
        nan = np.array(0x7FF8000000000000, dtype=np.uint64).view(np.float64).astype(values.dtype)
        values = np.where(np.isnan(values), nan, values)
    return values.astype(values.dtype.newbyteorder("<"))


def counted(text: str) -> bytes:
    """The bytes of a text, after their length."""
    return size(len(text.encode())) + text.encode()


def size(number: int) -> bytes:
    """A number as eight bytes."""
    return number.to_bytes(8, "little")
