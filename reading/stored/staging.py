"""Batches of text become a Parquet file, by way of a database beside it that spills to disk."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np

from gradus.facts import ColumnType
from preprocessing.stored_columns import GROUP_CELLS, StoredColumns
from reading.cells import Batch
from reading.census.verdict import Verdict
from reading.slices import Slices
from reading.stored.column_facts import facts
from reading.stored.conversion import expression, in_utc, plain_values
from reading.stored.stage import Stage

MEMORY_MIB = 192
"""Memory limit of the database. With 160 the most frequent of 3 million distinct texts cannot be counted."""
_DATABASE = "staging.duckdb"
_TABLE = "r"
_SPILL = "staging.tmp"


class Staging:
    """A typed table under construction; its temporary files are removed when it is closed."""

    def __init__(
        self, folder: Path, verdict: Verdict, text_bytes: Mapping[int, float], memory_mib: int = MEMORY_MIB
    ) -> None:
        """`text_bytes` has the mean size of the cells of each text column, by position."""
        self._folder = folder
        self._verdict = verdict
        self.rows = 0
        self._connection = duckdb.connect(
            str(folder / _DATABASE),
            config={
                "memory_limit": f"{memory_mib}MiB",
                "threads": 1,
                "temp_directory": str(folder / _SPILL),
            },
        )
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute("SET allowed_directories = [$folder]", {"folder": str(folder)})
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")
        self._types: list[ColumnType] = [column.type for column in verdict.columns]
        self.stored = StoredColumns(folder, self._types)
        """The columns once they are written; those of a small table are closed with it."""
        self._stage = Stage(self._connection, folder, dict(enumerate(self._types)), _TABLE, text_bytes)
        self._values = {i: expression(f"v{i}", column, verdict.rules) for i, column in enumerate(verdict.columns)}

    def add(self, batch: Batch, file: int) -> None:
        """Convert and keep a batch of the file at this position."""
        arrays: dict[str, Any] = {}
        values = dict(self._values)
        for i, (cells, column) in enumerate(zip(batch.columns, self._verdict.columns, strict=True)):
            numbers = plain_values(cells, column, self._verdict.rules)
            if numbers is not None:
                arrays[f"v{i}"], values[i] = numbers, f"v{i}"
            else:
                arrays[f"v{i}"] = _objects(in_utc(cells, column.missing) if column.zoned else cells)
        lines = batch.lines
        arrays["_line"] = np.arange(lines.start, lines.stop) if isinstance(lines, range) else np.array(lines, np.int64)
        arrays["_file"] = np.full(len(lines), file, dtype=np.int32)
        self._stage.add(arrays, values)
        self.rows += len(batch.lines)

    @property
    def is_small(self) -> bool:
        """Whether the database that collected the rows also reads the columns. To open another one takes 18 ms, but
        larger tables need the memory of two."""
        return not self._stage.in_pieces and self.rows * len(self._types) <= GROUP_CELLS

    def write(self) -> None:
        """Write the Parquet files, rows in order."""
        self._stage.write()
        if self.is_small:
            self.stored.connection = self._connection

    def facts(self) -> list[dict[str, Any]]:
        """The facts of each column."""
        table = None if self._stage.in_pieces else _TABLE
        return facts(self._connection, self.stored, self._types, self.rows, table)

    def close(self) -> None:
        """Remove everything but the Parquet file."""
        self._connection.close()
        for path in self._folder.glob("staging.*"):
            if path.is_dir():
                for inner in path.iterdir():
                    inner.unlink()
                path.rmdir()
            else:
                path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _objects(cells: Sequence[str | None]) -> Any:
    array = np.empty(len(cells), dtype=object)
    array[:] = cells.texts() if isinstance(cells, Slices) else cells
    return array


Progress = Callable[[int, int], None]
"""Called with the bytes that are done and all bytes."""
