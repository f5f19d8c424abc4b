"""Writes predictions to a file, and holds only a few of them in memory at a time."""

import csv
import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.errors import TooLarge
from gradus.wire.predicted_file import FileFormat
from worker.trainer.process_limits import limited_files

PART_BYTES = 32 * 2**20
"""Approximate size of the answers that are held in memory before they are written to Parquet."""
BYTES_OF_VALUE = 8
"""Size of a number, or of a reference to a text."""
DUCKDB_MEMORY = "512MB"

Answers = dict[str, NDArray[Any]]
"""The columns of the file, (n,)."""


def written(path: Path, pieces: Iterator[Answers], format_: FileFormat, most: int) -> Sequence[str]:
    """Write the file; returns its columns.

    Raises:
        TooLarge: the file would have more bytes than `most`.
    """
    import duckdb  # noqa: PLC0415 (may not be installed)

    try:
        with limited_files(most):
            return (_write_csv if format_ == "csv" else _write_parquet)(path, pieces)
    except (OSError, duckdb.IOException) as error:
        if getattr(error, "errno", None) == errno.EFBIG or os.strerror(errno.EFBIG) in str(error):
            raise TooLarge(
                f"the file would have more than the {most:,} bytes that the workspace may still store: delete data "
                "sets, or ask without probabilities"
            ) from None
        raise


def _write_csv(path: Path, pieces: Iterator[Answers]) -> Sequence[str]:
    columns: list[str] = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for piece in pieces:
            if not columns:
                columns = list(piece)
                writer.writerow(columns)
            writer.writerows(zip(*(values.tolist() for values in piece.values()), strict=True))
    return columns


def _write_parquet(path: Path, pieces: Iterator[Answers]) -> Sequence[str]:
    """Write parts of some megabytes, then combine them into one file, because not all answers fit into memory."""
    import duckdb  # noqa: PLC0415 (as above)

    from preprocessing.sql import identifier, quoted  # noqa: PLC0415

    columns: list[str] = []
    with (
        TemporaryDirectory(dir=path.parent) as folder,
        duckdb.connect(config={"threads": 1, "memory_limit": DUCKDB_MEMORY, "temp_directory": folder}) as connection,
    ):
        parts: list[Path] = []
        for part in _parts(pieces):
            columns = list(part)
            terms = ", ".join(f"c{i} AS {identifier(name)}" for i, name in enumerate(columns))
            parts.append(Path(folder) / f"{len(parts)}.parquet")
            connection.register("answers", {f"c{i}": part[name] for i, name in enumerate(columns)})
            connection.execute(f"COPY (SELECT {terms} FROM answers) TO {quoted(parts[-1])} (FORMAT parquet)")  # noqa: S608
            connection.unregister("answers")
        names = ", ".join(quoted(part) for part in parts)
        rows = max(2048, PART_BYTES // (BYTES_OF_VALUE * max(1, len(columns))))
        connection.execute(
            f"COPY (SELECT * FROM read_parquet([{names}])) TO {quoted(path)} (FORMAT parquet, ROW_GROUP_SIZE {rows})"  # noqa: S608
        )
    return columns


def _parts(pieces: Iterator[Answers]) -> Iterator[Answers]:
    """Consecutive pieces, put together until they have about `PART_BYTES`."""
    held: list[Answers] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += sum(BYTES_OF_VALUE * len(values) for values in piece.values())
        if size >= PART_BYTES:
            yield _joined(held)
            held, size = [], 0
    if held:
        yield _joined(held)


def _joined(pieces: Sequence[Answers]) -> Answers:
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
