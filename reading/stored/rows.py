"""Rows in memory, batch by batch, become the stored table's Parquet file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType
from preprocessing.column import Mask
from preprocessing.sql import quoted
from reading.stored.stage import Stage

BATCH = 16_384
"""Rows after which a writer of single rows should append a batch."""
_STAGE = "rows.duckdb"


class RowWriter:
    """Collects the rows of all columns except stacks, until the Parquet files are written."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        types: Mapping[int, ColumnType],
        text_bytes: Mapping[int, float] | None = None,
    ) -> None:
        """`types` has the type of each column, by its position; `text_bytes` the mean bytes of its texts, if they
        may be long."""
        self._connection, self._folder, self._types = connection, folder, types
        connection.execute(f"ATTACH {quoted(folder / _STAGE)} AS stage")
        self._stage = Stage(connection, folder, types, "stage.rows", text_bytes or {})
        self.rows = 0

    def append(
        self,
        file: int,
        lines: NDArray[np.int64],
        values: Mapping[int, NDArray[Any] | Sequence[Any]],
        missing: Mapping[int, Mask],
    ) -> None:
        """Append rows of a file.

        Arguments:
            file: Position of the file.
            lines: The line, member or index of each row.
            values: By column: texts as a sequence of str, dates and times as `datetime64`, others as numbers. Where a
                value is missing, its entry is ignored.
            missing: By column; a column that is not in it has all its values.
        """
        arrays: dict[str, NDArray[Any]] = {
            "_line": np.asarray(lines, dtype=np.int64),
            "_file": np.full(len(lines), file, dtype=np.int32),
        }
        terms: dict[int, str] = {}
        for i, type_ in self._types.items():
            arrays[f"v{i}"] = _for_duckdb(values[i], type_)
            terms[i] = _FROM_NUMPY.get(type_, "{}").format(f"v{i}")
            if i in missing:
                arrays[f"m{i}"] = missing[i]
                terms[i] = f"CASE WHEN m{i} THEN NULL ELSE {terms[i]} END"
        self._stage.add(arrays, terms)
        self.rows += len(lines)

    def finish(self) -> None:
        """Write the Parquet files."""
        self._stage.write()
        self._connection.execute("DETACH stage")
        (self._folder / _STAGE).unlink()


_FROM_NUMPY = {"date": "(DATE '1970-01-01' + {})", "datetime": "make_timestamp({})"}


def _for_duckdb(values: NDArray[Any] | Sequence[Any], type_: ColumnType) -> NDArray[Any]:
    """Texts as objects; dates and times as days and microseconds since 1970, because DuckDB does not accept numpy's
    types."""
    match type_:
        case "text":
            return np.asarray(values, dtype=object)
        case "date":
            return np.asarray(values, dtype="datetime64[D]").astype(np.int32)
        case "datetime":
            return np.asarray(values, dtype="datetime64[us]").astype(np.int64)
    return np.asarray(values)
