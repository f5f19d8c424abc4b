"""Typed rows on their way into a stored table's Parquet files: batches in, whole files out.

Rows of a table with one Parquet file are collected in a table of DuckDB's, which spills to disk. Every column of such a
table takes memory however few rows there are, and long texts fill it before they are spilled, so the columns of wider
tables and of those with long texts go into Parquet files of one batch each, which are joined at the end.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from gradus.facts import ColumnType
from preprocessing.sql import quoted
from preprocessing.stored_names import PARQUET, by_file, row_group
from reading.stored.conversion import SQL_TYPES

PLACE = {"_file": "INTEGER", "_line": "BIGINT"}
"""The columns that say where a row comes from."""
_PIECES = "pieces"
_LONG = 512
"""Mean bytes of the texts of a row, above which they are long."""


class Stage:
    """The rows of the columns at some positions."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        types: Mapping[int, ColumnType],
        table: str,
        text_bytes: Mapping[int, float],
    ) -> None:
        """`table` is the name of the table to collect rows in; `text_bytes` has the mean bytes of text columns."""
        self._text_bytes = text_bytes
        self._connection, self._folder, self._types, self._table = connection, folder, types, table
        self.files = {PARQUET: [], **by_file(types)}
        """The Parquet files, and the positions of the columns in each."""
        self.in_pieces = len(self.files) > 1 or sum(text_bytes.values()) > _LONG
        self._batches = 0
        if self.in_pieces:
            (folder / _PIECES).mkdir()
        else:
            fields = [f"c{i} {SQL_TYPES[type_]}" for i, type_ in types.items()]
            fields += [f"{name} {type_}" for name, type_ in PLACE.items()]
            connection.execute(f"CREATE TABLE {table} ({', '.join(fields)})")

    def add(self, arrays: Mapping[str, Any], terms: Mapping[int, str]) -> None:
        """Keep a batch.

        Arguments:
            arrays: The arrays that the expressions refer to: `v<i>` and `m<i>` for the column at position i, and
                `_file` and `_line`.
            terms: For each position the SQL expression of its value.
        """
        for file, positions in self.files.items():
            named = [f"({terms[i]})::{SQL_TYPES[self._types[i]]} AS c{i}" for i in positions]
            names = [name for i in positions for name in (f"v{i}", f"m{i}") if name in arrays]
            if file == PARQUET:
                named += [f"{name}::{type_} AS {name}" for name, type_ in PLACE.items()]
                names += PLACE
            self._connection.register("batch", {name: arrays[name] for name in names})
            query = f"SELECT {', '.join(named)} FROM batch"
            if self.in_pieces:
                self._connection.execute(
                    f"COPY ({query}) TO {quoted(self._piece(file, self._batches))} (FORMAT parquet)"
                )
            else:
                self._connection.execute(f"INSERT INTO {self._table} {query}")
            self._connection.unregister("batch")
        self._batches += 1

    def write(self) -> None:
        """Write the Parquet files, rows in order."""
        for file, positions in self.files.items():
            text_bytes = sum(self._text_bytes.get(i, 0) for i in positions)
            if self.in_pieces:
                pieces = [self._piece(file, number) for number in range(self._batches)]
                source = f"read_parquet([{', '.join(map(quoted, pieces))}])"
            else:
                source = self._table
            query, path = f"SELECT * FROM {source}", self._folder / file
            write_parquet(self._connection, query, path, len(self._types), text_bytes)
            for piece in pieces if self.in_pieces else ():
                piece.unlink()
        if self.in_pieces:
            (self._folder / _PIECES).rmdir()

    def _piece(self, file: str, number: int) -> Path:
        return self._folder / _PIECES / f"{number}-{file}"


def write_parquet(
    connection: duckdb.DuckDBPyConnection, query: str, path: Path, columns: int, text_bytes: float
) -> None:
    """Write the result of a query as a Parquet file of a stored table. `columns` is the number of columns of the table,
    `text_bytes` the mean size of the texts of a row."""
    connection.execute(
        f"COPY ({query}) TO {quoted(path)} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {row_group(columns, text_bytes)}, PRESERVE_ORDER true)"
    )
