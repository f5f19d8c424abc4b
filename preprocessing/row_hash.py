"""A 64-bit hash of each row, equal for rows that are equal in the given columns."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from preprocessing.stored_names import by_file
from preprocessing.table import STACKED, Table

_MIX = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ / golden ratio, an odd multiplier that spreads the bits."""


def row_hashes(table: Table, columns: Sequence[str]) -> NDArray[np.uint64]:
    """The hash of every row (n,). A missing value equals a missing value; 0.0 equals -0.0."""
    flat = [table.position(name) for name in columns if table.record(name).type not in STACKED]
    hashes = np.zeros(table.rows, dtype=np.uint64)
    for positions in by_file(flat).values():
        cells = ", ".join(f"c{i}" for i in positions)
        query = f"SELECT hash({cells}) AS h FROM {table.stored.relation(positions[0])} ORDER BY file_row_number"
        found = table.stored.connection.execute(query).fetchnumpy()["h"].astype(np.uint64)
        hashes = hashes * _MIX ^ found
    for name in columns:
        if table.record(name).type in STACKED:
            hashes = hashes * _MIX ^ _blocks(table.column(name).values)
    return hashes


def _blocks(values: NDArray[np.generic]) -> NDArray[np.uint64]:
    digests = (blake2b(np.ascontiguousarray(value).tobytes(), digest_size=8).digest() for value in values)
    return np.fromiter((int.from_bytes(digest) for digest in digests), dtype=np.uint64, count=len(values))
