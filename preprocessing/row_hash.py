"""A 64-bit hash of each row, equal for rows that are equal in the given columns."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from preprocessing.table import PARQUET, Table, open_parquet

_MIX = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ / golden ratio, an odd multiplier that spreads the bits."""


def row_hashes(table: Table, columns: Sequence[str]) -> NDArray[np.uint64]:
    """The hash of every row (n,). A missing value equals a missing value; 0.0 equals -0.0."""
    cells = [f"c{table.position(name)}" for name in columns if table.record(name).type not in ("image", "array")]
    if cells:
        connection = open_parquet(table.folder / PARQUET)
        query = f"SELECT hash({', '.join(cells)}) AS h FROM t ORDER BY file_row_number"
        hashes = connection.execute(query).fetchnumpy()["h"].astype(np.uint64)
    else:
        hashes = np.zeros(table.rows, dtype=np.uint64)
    for name in columns:
        if table.record(name).type in ("image", "array"):
            hashes = hashes * _MIX ^ _blocks(table.column(name).values)
    return hashes


def _blocks(values: NDArray[np.generic]) -> NDArray[np.uint64]:
    digests = (blake2b(np.ascontiguousarray(value).tobytes(), digest_size=8).digest() for value in values)
    return np.fromiter((int.from_bytes(digest) for digest in digests), dtype=np.uint64, count=len(values))
