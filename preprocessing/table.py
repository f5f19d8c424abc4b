"""A stored table: the folder that reading a data set's files results in.

The folder has `facts.json` (a `ReadTable`), `table.parquet` and, for each image or array column, `c<i>.npy`. The
Parquet file names the column at position i `c<i>`, because people's names may be anything, and has two more columns:
`_file`, the position of the row's file, and `_line`, the line, member or index in it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from gradus.wire.table import ColumnRecord, ReadTable

FACTS = "facts.json"
PARQUET = "table.parquet"
ROW_GROUP = 122_880

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Column:
    """The values of one column, (n, ...).

    By type: integer int64; number float64; boolean bool; date int64, days since 1970-01-01; datetime int64,
    microseconds since then; text int32 codes, positions in `categories`; image uint8 (n, height, width, channels);
    array as stored. Where `missing`, the value is 0, NaN or code -1.
    """

    values: NDArray[Any]
    missing: Mask
    categories: tuple[str, ...] = ()
    """The distinct texts, sorted by code points."""


class Table:
    """An opened stored table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read = ReadTable.model_validate_json((folder / FACTS).read_bytes())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.read.rows

    def record(self, name: str) -> ColumnRecord:
        """The record of the column with this name."""
        return self.read.columns[self.position(name)]

    def position(self, name: str) -> int:
        """The position of the column with this name.

        Raises:
            KeyError: no column has this name.
        """
        for i, column in enumerate(self.read.columns):
            if column.name == name:
                return i
        raise KeyError(name)

    def column(self, name: str) -> Column:
        """All values of a column."""
        i = self.position(name)
        record = self.read.columns[i]
        if record.type in ("image", "array"):
            values = np.load(self.folder / f"c{i}.npy", mmap_mode="r", allow_pickle=False)
            return Column(values, np.zeros(len(values), dtype=np.bool_))
        if record.type == "text":
            return self._text(f"c{i}")
        found = self._fetch(f"SELECT {_AS_NUMBER[record.type].format(f'c{i}')} AS x, c{i} IS NULL AS missing FROM t")
        return Column(found["x"].astype(_DTYPES[record.type], copy=False), found["missing"].astype(np.bool_))

    def files(self) -> NDArray[np.int32]:
        """For each row, the position of its file."""
        return self._fetch("SELECT _file AS x FROM t")["x"].astype(np.int32)

    def lines(self) -> NDArray[np.int64]:
        """For each row, its line, member or index in its file."""
        return self._fetch("SELECT _line AS x FROM t")["x"].astype(np.int64)

    def _text(self, column: str) -> Column:
        connection = self._connect()
        names = f"SELECT DISTINCT {column} AS name FROM t WHERE {column} IS NOT NULL"
        # Sorted here: DuckDB's collation is that of UTF-8 bytes, which is the order of code points.
        categories = tuple(row[0] for row in connection.execute(f"{names} ORDER BY name").fetchall())
        found = connection.execute(
            f"SELECT coalesce(k.code, -1) AS x FROM (SELECT {column} AS name, file_row_number AS i FROM t) r "
            f"LEFT JOIN (SELECT name, row_number() OVER (ORDER BY name) - 1 AS code FROM ({names})) k "
            "USING (name) ORDER BY r.i"
        ).fetchnumpy()
        codes = found["x"].astype(np.int32)
        return Column(codes, codes < 0, categories)

    def _fetch(self, query: str) -> dict[str, NDArray[Any]]:
        return self._connect().execute(f"{query} ORDER BY file_row_number").fetchnumpy()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        return open_parquet(self.folder / PARQUET)


_AS_NUMBER = {
    "integer": "coalesce({}, 0)",
    "number": "coalesce({}, 'nan'::DOUBLE)",
    "boolean": "coalesce({}, false)",
    "date": "coalesce(({} - DATE '1970-01-01'), 0)",
    "datetime": "coalesce(epoch_us({}), 0)",
}
_DTYPES: dict[str, type[np.generic]] = {
    "integer": np.int64,
    "number": np.float64,
    "boolean": np.bool_,
    "date": np.int64,
    "datetime": np.int64,
}


def open_parquet(path: Path, memory_mib: int = 256, threads: int = 1) -> duckdb.DuckDBPyConnection:
    """A locked-down connection whose view `t` is the Parquet file, with its `file_row_number`."""
    connection = duckdb.connect(config={"memory_limit": f"{memory_mib}MiB", "threads": threads})
    connection.execute("SET allowed_paths = [$path]", {"path": str(path)})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    quoted = str(path).replace("'", "''")
    connection.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet('{quoted}', file_row_number = true)")
    return connection
