"""A stored table: the folder that reading a data set's files results in.

The folder has `facts.json` (a `ReadTable`), `table.parquet` and, for each image or array column, `c<i>.npy`. The
Parquet file names the column at position i `c<i>`, because the original names may be any text, and has two more
columns: `_file`, the position of the row's file, and `_line`, the line, member or index in it. Wide tables have several
Parquet files: see `preprocessing.stored_names`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType, TableFacts
from gradus.wire.table import ColumnRecord, ReadTable
from preprocessing import stored_names
from preprocessing.column import Column, Mask, codes_among, column_of_texts, sorted_categories
from preprocessing.stored_columns import Raw, StoredColumns

FACTS, PARQUET, ROW_GROUP = stored_names.FACTS, stored_names.PARQUET, stored_names.ROW_GROUP
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

    def __init__(self, folder: Path, read: ReadTable | None = None, stored: StoredColumns | None = None) -> None:
        """`read` replaces `facts.json` while that file is not written yet; `stored` are its columns, if they are open
        already: to open a DuckDB connection takes 16 ms."""
        self.folder = folder
        if stored is not None:
            self.stored = stored
        self.read = read or ReadTable.model_validate_json((folder / FACTS).read_bytes())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.read.rows

    def facts(self, name: str, version: int) -> TableFacts:
        """The facts of the table, as those of this version of a data set."""
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

    def groups(self, names: Sequence[str]) -> Iterator[dict[str, Column]]:
        """All values of these columns, which must not be images or arrays, in groups of as many columns as memory
        allows."""
        for positions in self.stored.groups(map(self.position, names), self.rows):
            together = [self.read.columns[i].name for i in positions]
            if len(together) == 1:
                yield {together[0]: self.column(together[0])}
            else:
                yield self.chunk(together, 0, self.rows)

    def taken(self, names: Sequence[str], rows: NDArray[np.intp]) -> Iterator[tuple[str, Column]]:
        """The values of these columns, one after the other, in the rows at these ascending positions. The columns must
        not be images or arrays.

        Takes the memory of these rows, and of one row group or, in a short table, of some whole columns. Reading few
        rows of a long table is cheap: row groups without any of them are skipped.
        """
        for positions in self.stored.groups(map(self.position, names), self.rows):
            together = [self.read.columns[i].name for i in positions]
            if len(together) == 1:
                yield together[0], self._taken(together[0], rows)
                continue
            for name, column in self.chunk(together, 0, self.rows).items():
                yield name, column.at(rows)

    def _taken(self, name: str, rows: NDArray[np.intp]) -> Column:
        type_ = self.record(name).type
        values = np.empty(len(rows), dtype=np.int32 if type_ == "text" else _DTYPES[type_])
        missing, places = np.empty(len(rows), dtype=np.bool_), dict[str, int]()
        for first in range(0, self.rows, ROW_GROUP):
            start, end = np.searchsorted(rows, (first, first + ROW_GROUP)).tolist()
            if start == end:
                continue
            chunk = self.chunk([name], first, min(first + ROW_GROUP, self.rows))[name]
            found = codes_among(places, chunk) if type_ == "text" else chunk.values
            values[start:end] = found[rows[start:end] - first]
            missing[start:end] = chunk.missing[rows[start:end] - first]
        return sorted_categories(list(places), values) if type_ == "text" else Column(values, missing)

    def chunks(self, names: Sequence[str], rows: int = ROW_GROUP) -> Iterator[tuple[int, dict[str, Column]]]:
        """These columns in chunks of at most this many rows, each with the position of its first row."""
        for first in range(0, self.rows, rows):
            yield first, self.chunk(names, first, min(first + rows, self.rows))

    def chunk(self, names: Sequence[str], first: int, last: int) -> dict[str, Column]:
        """The rows from `first` to before `last` of these columns. The categories of a text are those of the chunk."""
        flat = [i for name in names if self.read.columns[i := self.position(name)].type not in STACKED]
        read = self.stored.values(flat, first, last) if flat else {}
        return {name: self._chunk(self.position(name), read, first, last) for name in names}

    def texts(self, name: str, rows: int) -> Iterator[Texts]:
        """A text column in chunks of at most this many rows, without its categories."""
        position = self.position(name)
        column = f"c{position}"
        for first in range(0, self.rows, rows):
            found = self.stored.connection.execute(
                f"SELECT coalesce({column}, '') AS c, strlen(coalesce({column}, ''))::UINTEGER AS n, "
                f"{column} IS NULL AS m FROM {self.stored.relation(position)} "
                "WHERE file_row_number >= ? AND file_row_number < ?",
                [first, first + rows],
            ).fetchnumpy()
            yield Texts(np.asarray(found["c"]).tolist(), np.asarray(found["n"]), np.asarray(found["m"], dtype=np.bool_))

    def text_sizes(self, name: str, rows: int) -> Iterator[tuple[NDArray[np.uint32], Mask]]:
        """The sizes of the texts of a column in bytes, and which are missing, in chunks of at most this many rows."""
        column = f"c{self.position(name)}"
        terms = f"strlen(coalesce({column}, ''))::UINTEGER AS n, {column} IS NULL AS m"
        query = f"SELECT {terms} FROM {self.stored.relation(self.position(name))}"
        for first in range(0, self.rows, rows):
            where = "WHERE file_row_number >= ? AND file_row_number < ?"
            found = self.stored.connection.execute(f"{query} {where}", [first, first + rows]).fetchnumpy()
            yield np.asarray(found["n"]), np.asarray(found["m"], dtype=np.bool_)

    def rows_together(self, name: str) -> int:
        """How many rows of a text column are held in memory together."""
        return min(ROW_GROUP, stored_names.rows_of(self.stored.whole_text_bytes([self.position(name)]) / self.rows))

    def files(self) -> NDArray[np.int32]:
        """For each row, the position of its file."""
        return self._whole("_file").astype(np.int32)

    def lines(self) -> NDArray[np.int64]:
        """For each row, its line, member or index in its file."""
        return self._whole("_line").astype(np.int64)

    def _text(self, name: str) -> Column:
        codes = np.empty(self.rows, dtype=np.int32)
        places: dict[str, int] = {}
        for first, chunk in self.chunks([name], self.rows_together(name)):
            piece = codes_among(places, chunk[name])
            codes[first : first + len(piece)] = piece
        return sorted_categories(list(places), codes)

    def _chunk(self, position: int, read: Mapping[int, Raw], first: int, last: int) -> Column:
        type_ = self.read.columns[position].type
        if type_ in STACKED:
            stack = self._stack(position)[first:last]
            return Column(stack, np.zeros(len(stack), dtype=np.bool_))
        return self.of_raw(position, *read[position])

    def of_raw(self, position: int, values: NDArray[Any], missing: NDArray[Any]) -> Column:
        """The column at this position, from values read from its Parquet file."""
        type_ = self.read.columns[position].type
        if type_ == "text":
            return column_of_texts(values, missing.astype(np.bool_))
        return Column(values.astype(_DTYPES[type_], copy=False), missing.astype(np.bool_))

    def _whole(self, column: str) -> NDArray[Any]:
        query = f"SELECT {column} AS x FROM {self.stored.relation()} ORDER BY file_row_number"
        return self.stored.connection.execute(query).fetchnumpy()["x"]

    def _stack(self, position: int) -> NDArray[Any]:
        stack: NDArray[Any] = np.load(self.folder / f"c{position}.npy", mmap_mode="r", allow_pickle=False)
        return stack

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {column.name: i for i, column in enumerate(self.read.columns)}

    @cached_property
    def stored(self) -> StoredColumns:
        """The columns in the Parquet files."""
        return StoredColumns(self.folder, [column.type for column in self.read.columns])


_DTYPES: dict[str, type[np.generic]] = {
    "integer": np.int64,
    "number": np.float64,
    "boolean": np.bool_,
    "date": np.int64,
    "datetime": np.int64,
}
