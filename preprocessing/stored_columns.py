"""The values of a stored table's columns, as they are stored in its Parquet files."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from numpy.typing import NDArray

from gradus.facts import ColumnType
from preprocessing.sql import quoted
from preprocessing.stored_names import by_file, parquet_file, parquet_files

GROUP_CELLS = 1_000_000
"""Largest number of cells in columns that are fetched together, about 9 bytes each; longer columns are fetched one at a
time."""
_GROUP_COLUMNS = 256
GROUP_TEXT = 16 << 20
"""Largest size in bytes of the texts that are fetched together."""

Raw = tuple[NDArray[Any], NDArray[Any]]
"""The values of a column, (n,), and whether each is missing. Texts are objects."""


class StoredColumns:
    """The columns of a folder's Parquet files, by position. Not for use by several threads at once."""

    def __init__(self, folder: Path, types: Sequence[ColumnType], memory_mib: int = 192) -> None:
        """`types` has the types of all columns of the table; images and arrays are not in a Parquet file."""
        self._folder, self._types, self._memory_mib = folder, types, memory_mib
        self._text_bytes: dict[int, int] = {}

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection that can read these files and nothing else."""
        paths = [str(self._folder / name) for name in parquet_files(len(self._types))]
        connection = duckdb.connect(config={"memory_limit": f"{self._memory_mib}MiB", "threads": 1})
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET parquet_metadata_cache = true")
        connection.execute("SET allowed_paths = $paths", {"paths": paths})
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection

    def relation(self, position: int = 0) -> str:
        """SQL: the file that has the column at this position, with its `file_row_number`."""
        return relation(self._folder / parquet_file(position))

    def values(self, positions: Sequence[int], first: int, last: int) -> dict[int, Raw]:
        """The rows from `first` to before `last` of these columns. Where a value is missing, the stored 0, NaN or empty
        text means nothing."""
        found: dict[int, Raw] = {}
        # A range of rows reads only its row groups, and DuckDB keeps the order of a Parquet file.
        where = "WHERE file_row_number >= ? AND file_row_number < ?"
        for of_file in by_file(positions).values():
            terms = [f"{_READ_AS[self._types[i]].format(f'c{i}')} AS c{i}, c{i} IS NULL AS m{i}" for i in of_file]
            query = f"SELECT {', '.join(terms)} FROM {self.relation(of_file[0])} {where}"
            read = self.connection.execute(query, [first, last]).fetchnumpy()
            found |= {i: (read[f"c{i}"], read[f"m{i}"]) for i in of_file}
        return found

    def text_bytes(self, positions: Sequence[int], first: int, last: int) -> int:
        """Bytes in UTF-8 of these columns of text, in the rows from `first` to before `last`."""
        size = 0
        for of_file in by_file(positions).values():
            sums = ", ".join(f"coalesce(sum(strlen(c{i})), 0)" for i in of_file)
            query = f"SELECT {sums} FROM {self.relation(of_file[0])} WHERE file_row_number >= ? AND file_row_number < ?"
            size += sum(self.connection.execute(query, [first, last]).fetchone() or ())
        return int(size)

    def whole_text_bytes(self, positions: Iterable[int]) -> int:
        """Bytes in UTF-8 of all texts in these columns; those of other types have none."""
        wanted = [i for i in positions if self._types[i] == "text"]
        unknown = [i for i in wanted if i not in self._text_bytes]
        for of_file in by_file(unknown).values():
            terms = [f"coalesce(sum(strlen(c{i})), 0)::BIGINT" for i in of_file]
            row = self.connection.execute(f"SELECT {', '.join(terms)} FROM {self.relation(of_file[0])}").fetchone()
            assert row is not None
            self._text_bytes |= zip(of_file, row, strict=True)
        return sum(self._text_bytes[i] for i in wanted)

    def groups(self, positions: Iterable[int], rows: int) -> Iterator[list[int]]:
        """As the function `groups`, but a column whose texts are too long to be fetched beside others is alone in its
        group."""
        for run in groups(positions, rows):
            if len(run) == 1 or self.whole_text_bytes(run) <= GROUP_TEXT:
                yield run
                continue
            have: list[int] = []
            for i in run:
                if have and self.whole_text_bytes([*have, i]) > GROUP_TEXT:
                    yield have
                    have = []
                have.append(i)
            yield have


def relation(path: Path) -> str:
    """SQL: a Parquet file with its `file_row_number`."""
    return f"read_parquet({quoted(path)}, file_row_number = true)"


def groups(positions: Iterable[int], rows: int) -> Iterator[list[int]]:
    """The positions, divided into groups of columns that are fetched together in a table of this many rows."""
    most = max(1, min(_GROUP_COLUMNS, GROUP_CELLS // max(1, rows)))
    run: list[int] = []
    for position in positions:
        if len(run) == most or (run and parquet_file(run[0]) != parquet_file(position)):
            yield run
            run = []
        run.append(position)
    if run:
        yield run


_READ_AS: dict[ColumnType, str] = {
    "text": "coalesce({}, '')",
    "integer": "coalesce({}, 0)",
    "number": "coalesce({}, 'nan'::DOUBLE)",
    "boolean": "coalesce({}, false)",
    "date": "coalesce(({} - DATE '1970-01-01'), 0)",
    "datetime": "coalesce(epoch_us({}), 0)",
}
