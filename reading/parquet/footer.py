"""What the footer of a Parquet file says, before any row is read."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from preprocessing.sql import quoted
from reading.failure import ReadingFailed
from reading.machine import is_of_machine
from reading.request import MIB, Limits

_FREE = 256 * MIB
"""Size of all values in bytes, up to which the ratio of values to file size is not checked."""
_BYTES = 8
"""Approximate size of one value in bytes."""


@dataclass(frozen=True)
class Footer:
    """Names, types and sizes."""

    rows: int
    names: tuple[str, ...]
    known_as: tuple[str, ...]
    """The names that DuckDB gives to the columns, which are unique even if names in the file repeat."""
    types: tuple[str, ...]
    """The types of the columns, as DuckDB calls them."""


def footer(connection: duckdb.DuckDBPyConnection, path: Path, name: str, limits: Limits) -> Footer:
    """Read the footer.

    Raises:
        ReadingFailed: the file is damaged or encrypted, or exceeds the limits.
    """
    file = quoted(path)
    try:
        found = connection.execute(
            f"SELECT num_rows, encryption_algorithm, file_size_bytes FROM parquet_file_metadata({file})"
        ).fetchone()
        assert found is not None
        rows, encryption, size = found
        if encryption:
            raise ReadingFailed("data_error", f"{name} is encrypted: save it without encryption.", file=name)
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({file})").fetchall()
        names = _top_level(connection, file)
    except duckdb.Error as error:
        if is_of_machine(error):
            raise
        raise damaged(name, error) from None
    _refuse_large(rows, len(described), size, name, limits)
    known_as, types, *_ = zip(*described, strict=True)
    return Footer(rows, tuple(names), known_as, types)


def damaged(name: str, error: duckdb.Error) -> ReadingFailed:
    """The refusal of a file that DuckDB cannot read."""
    words = str(error).split("\n", 1)[0][:200]
    return ReadingFailed("data_error", f"{name} is a damaged Parquet file ({words}): write it again.", file=name)


def _top_level(connection: duckdb.DuckDBPyConnection, file: str) -> list[str]:
    """The names of the columns, without those of the fields inside them."""
    schema = connection.execute(f"SELECT name, num_children FROM parquet_schema({file})").fetchall()
    names, inside = [], [0]  # how many children of each open element are still to come
    for name, children in schema[1:]:
        while len(inside) > 1 and not inside[-1]:
            inside.pop()
        if len(inside) == 1:
            names.append(name)
        else:
            inside[-1] -= 1
        if children:
            inside.append(children)
    return names


def _refuse_large(rows: int, columns: int, size: int, name: str, limits: Limits) -> None:
    if rows > limits.rows or columns > limits.columns:
        raise ReadingFailed(
            "too_large",
            f"{name} has {rows:,} rows and {columns:,} columns: {limits.rows:,} and {limits.columns:,} are allowed.",
            file=name,
        )
    values = rows * columns * _BYTES
    if values > max(_FREE, limits.unpacked_ratio * size) or values > limits.unpacked_bytes:
        raise ReadingFailed(
            "too_large",
            f"{name} says that its {size:,} bytes are {rows:,} rows of {columns:,} columns: that is what a "
            "decompression bomb does. If it is not one, write it with less compression.",
            file=name,
        )
