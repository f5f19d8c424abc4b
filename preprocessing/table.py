"""A stored table: the folder that reading a data set's files results in.

The folder has `facts.json` (a `ReadTable`), `table.parquet` and, for each image or array column, `c<i>.npy`. The
Parquet file names the column at position i `c<i>`, because people's names may be anything, and has two more columns:
`_file`, the position of the row's file, and `_line`, the line, member or index in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType, TableFacts
from gradus.wire.table import ColumnRecord, ReadTable
from preprocessing import stored_names
from preprocessing.column import Column, Mask, column_of_texts, sorted_categories

FACTS, PARQUET = stored_names.FACTS, stored_names.PARQUET
ROW_GROUP = 122_880
STACKED: frozenset[ColumnType] = frozenset({"image", "array"})
"""The types of the columns that have a file of their own."""


@dataclass(frozen=True, eq=False)
class Texts:
    """Consecutive rows of a column of text, (n,)."""

    values: list[str]
    """Empty where missing."""
    sizes: NDArray[np.uint32]
    """Bytes in UTF-8."""
    missing: Mask


class Table:
    """An opened stored table. Not for use by several threads at once."""

    def __init__(self, folder: Path, read: ReadTable | None = None) -> None:
        """`read` takes the place of `facts.json`, before that is written."""
        self.folder = folder
        self.read = read or ReadTable.model_validate_json((folder / FACTS).read_bytes())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.read.rows

    def facts(self, name: str, version: int) -> TableFacts:
        """The facts of the table, as those of a data set's version."""
        return TableFacts(
            name=name,
            version=version,
            digest=self.read.digest,
            rows=self.rows,
            columns=self.read.columns,
            files=self.read.files,
        )

    def record(self, name: str) -> ColumnRecord:
        """The record of the column with this name."""
        return self.read.columns[self.position(name)]

    def position(self, name: str) -> int:
        """The position of the column with this name.

        Raises:
            KeyError: no column has this name.
        """
        return self._positions[name]

    def column(self, name: str) -> Column:
        """All values of a column."""
        if self.record(name).type == "text":
            return self._text(name)
        if self.record(name).type in STACKED:
            return self.chunk([name], 0, self.rows)[name]
        pieces = [chunk[name] for _, chunk in self.chunks([name])]
        values, missing = ([getattr(piece, part) for piece in pieces] for part in ("values", "missing"))
        return Column(np.concatenate(values), np.concatenate(missing))

    def chunks(self, names: Sequence[str], rows: int = ROW_GROUP) -> Iterator[tuple[int, dict[str, Column]]]:
        """These columns in chunks of so many rows, each with the position of its first row."""
        for first in range(0, self.rows, rows):
            yield first, self.chunk(names, first, min(first + rows, self.rows))

    def chunk(self, names: Sequence[str], first: int, last: int) -> dict[str, Column]:
        """The rows from `first` to before `last` of these columns. The categories of a text are those of the chunk."""
        positions = [self.position(name) for name in names]
        types = [self.read.columns[i].type for i in positions]
        read = self._fetch([i for i, type_ in zip(positions, types, strict=True) if type_ not in STACKED], first, last)
        found = {}
        for name, i, type_ in zip(names, positions, types, strict=True):
            if type_ in STACKED:
                values = self._stack(i)[first:last]
                found[name] = Column(values, np.zeros(len(values), dtype=np.bool_))
            elif type_ == "text":
                found[name] = column_of_texts(read[f"c{i}"], read[f"m{i}"].astype(np.bool_))
            else:
                values = read[f"c{i}"].astype(_DTYPES[type_], copy=False)
                found[name] = Column(values, read[f"m{i}"].astype(np.bool_))
        return found

    def texts(self, name: str, rows: int) -> Iterator[Texts]:
        """A column of text in chunks of so many rows, without its categories."""
        column = f"c{self.position(name)}"
        for first in range(0, self.rows, rows):
            found = self._connection.execute(
                f"SELECT coalesce({column}, '') AS c, strlen(coalesce({column}, ''))::UINTEGER AS n, "
                f"{column} IS NULL AS m FROM t WHERE file_row_number >= ? AND file_row_number < ?",
                [first, first + rows],
            ).fetchnumpy()
            yield Texts(np.asarray(found["c"]).tolist(), np.asarray(found["n"]), np.asarray(found["m"], dtype=np.bool_))

    def files(self) -> NDArray[np.int32]:
        """For each row, the position of its file."""
        return self._whole("_file").astype(np.int32)

    def lines(self) -> NDArray[np.int64]:
        """For each row, its line, member or index in its file."""
        return self._whole("_line").astype(np.int64)

    def _text(self, name: str) -> Column:
        codes = np.empty(self.rows, dtype=np.int32)
        places: dict[str, int] = {}
        for first, chunk in self.chunks([name]):
            column = chunk[name]
            own = [places.setdefault(text, len(places)) for text in column.categories]
            codes[first : first + len(column.values)] = np.array([*own, -1], dtype=np.int32)[column.values]
        return sorted_categories(list(places), codes)

    def _fetch(self, positions: Sequence[int], first: int, last: int) -> dict[str, NDArray[Any]]:
        """Values `c<i>` and whether they are missing `m<i>`."""
        if not positions:
            return {}
        terms = [f"{_read_as(self.read.columns[i].type, f'c{i}')} AS c{i}, c{i} IS NULL AS m{i}" for i in positions]
        # A range of rows reads only its row groups, and DuckDB keeps the order of a Parquet file.
        where = "WHERE file_row_number >= ? AND file_row_number < ?"
        return self._connection.execute(f"SELECT {', '.join(terms)} FROM t {where}", [first, last]).fetchnumpy()

    def _whole(self, column: str) -> NDArray[Any]:
        return self._connection.execute(f"SELECT {column} AS x FROM t ORDER BY file_row_number").fetchnumpy()["x"]

    def _stack(self, position: int) -> NDArray[Any]:
        stack: NDArray[Any] = np.load(self.folder / f"c{position}.npy", mmap_mode="r", allow_pickle=False)
        return stack

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {column.name: i for i, column in enumerate(self.read.columns)}

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return open_parquet(self.folder / PARQUET)


def _read_as(type_: ColumnType, column: str) -> str:
    return _AS_NUMBER[type_].format(column)


_AS_NUMBER = {
    "text": "coalesce({}, '')",
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
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET allowed_paths = [$path]", {"path": str(path)})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    quoted = str(path).replace("'", "''")
    connection.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet('{quoted}', file_row_number = true)")
    return connection
