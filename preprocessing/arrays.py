"""The arrays that a run trains on, as files: for each part its inputs, targets and weights.

The files are memory-mapped, so that all trainers of a machine share them, and written in chunks of bounded memory.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gradus.encoding import Misfit
from gradus.facts import PARTS, Part
from preprocessing.array_file import save_array
from preprocessing.column import Column
from preprocessing.encode import Fitted, read_fitted, transform, write_fitted
from preprocessing.parts import Rows
from preprocessing.table import ROW_GROUP, Table

CHUNK_BYTES = 64 * 2**20
"""Bytes of memory for the values of a chunk, and as many for its inputs."""
FEWEST_ROWS = 256
"""Least number of rows in a chunk, however wide the table is."""


@dataclass(frozen=True, eq=False)
class PartArrays:
    """The arrays of one part, memory-mapped for reading: such maps do not count in the memory limit of a process."""

    inputs: NDArray[np.float32] | NDArray[np.uint8]
    """(n, inputs); bytes stand for x / 255."""
    targets: NDArray[np.int64] | NDArray[np.float64]
    """As in `preprocessing.target.Targets`."""
    weights: NDArray[np.float64] | None
    """The values of the weight column, (n,)."""


@dataclass(frozen=True, eq=False)
class Arrays:
    """The arrays of all parts, and the preprocessing that made their inputs."""

    train: PartArrays
    validation: PartArrays
    test: PartArrays
    fitted: Fitted


def write_arrays(
    folder: Path,
    fitted: Fitted,
    rows: Rows,
    table: Table,
    weight: str | None,
    on_rows: Callable[[int], None],
) -> None:
    """Write the files into an empty folder. `weight` is the name of the weight column; `on_rows` is called with the
    number of rows of the table that are done.

    Raises:
        Misfit: a weight is missing or negative, or all weights of a part are 0.
        MissingInput: an input is missing in a column that refuses missing values.
    """
    weights = None if weight is None else _weights(weight, table)
    for part, places in _by_part(rows):
        save_array(folder / f"{part}.targets.npy", rows.targets.values[places])
        if weights is not None:
            save_array(folder / f"{part}.weights.npy", _checked(weights[places], str(weight), part))
    with ExitStack() as stack:
        files = [
            (places, stack.enter_context(_inputs_file(folder / f"{part}.inputs.npy", len(places), fitted)))
            for part, places in _by_part(rows)
        ]
        size = chunk_rows(max(len(fitted.names), fitted.inputs if fitted.is_bytes else 0))
        for first in range(0, table.rows, size):
            last = min(first + size, table.rows)
            _write_chunk(fitted, table, range(first, last), files)
            on_rows(last)
    write_fitted(fitted, folder)


def read_arrays(folder: Path) -> Arrays:
    """Open the files of a folder."""
    train, validation, test = (_read_part(folder, part) for part in PARTS)
    return Arrays(train, validation, test, read_fitted(folder))


def array_bytes(fitted: Fitted, rows: Rows) -> int:
    """Size of the inputs of all parts in bytes."""
    examples = sum(len(places) for _, places in _by_part(rows))
    return examples * fitted.inputs * (1 if fitted.is_bytes else 4)


def chunk_rows(columns: int) -> int:
    """The number of rows in a chunk whose rows have this many numbers each."""
    return int(np.clip(CHUNK_BYTES // (8 * max(columns, 1)), FEWEST_ROWS, ROW_GROUP))


def _by_part(rows: Rows) -> tuple[tuple[Part, NDArray[np.intp]], ...]:
    return ("train", rows.train), ("validation", rows.validation), ("test", rows.test)


@contextmanager
def _inputs_file(path: Path, rows: int, fitted: Fitted) -> Iterator[IO[bytes]]:
    """A new file with the header of an array. Its rows are appended later: a memory map would keep all of them in
    memory."""
    dtype = np.dtype("|u1" if fitted.is_bytes else "<f4")
    header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": (rows, fitted.inputs)}
    with path.open("xb") as file:
        npy.write_array_header_1_0(file, header)
        yield file


def _write_chunk(
    fitted: Fitted, table: Table, chunk: range, files: Sequence[tuple[NDArray[np.intp], IO[bytes]]]
) -> None:
    """Append the rows of a chunk to the files of the parts that they belong to."""
    bounds = [np.searchsorted(places, (chunk.start, chunk.stop)).tolist() for places, _ in files]
    if all(first == last for first, last in bounds):
        return
    values = table.chunk(fitted.names, chunk.start, chunk.stop)
    step = chunk_rows(fitted.inputs)
    for (places, file), (first, last) in zip(files, bounds, strict=True):
        for start in range(first, last, step):
            inputs = _inputs(fitted, values, places[start : min(start + step, last)] - chunk.start)
            file.write(np.ascontiguousarray(inputs).data)


def _inputs(fitted: Fitted, values: dict[str, Column], rows: NDArray[np.intp]) -> NDArray[Any]:
    taken = {name: column.at(rows) for name, column in values.items()}
    if fitted.is_bytes:
        return np.concatenate([taken[name].values.reshape(len(rows), -1) for name in fitted.names], axis=1)
    return transform(fitted, taken)


def _read_part(folder: Path, part: Part) -> PartArrays:
    inputs, targets, weights = (_mapped(folder / f"{part}.{name}.npy") for name in ("inputs", "targets", "weights"))
    assert inputs is not None
    assert targets is not None
    return PartArrays(inputs, targets, weights)


def _mapped(path: Path) -> NDArray[Any] | None:
    """The array in a file; None if there is no such file."""
    if not path.exists():
        return None
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def _weights(name: str, table: Table) -> NDArray[np.float64]:
    column = table.column(name)
    return np.where(column.missing, np.nan, column.values.astype(np.float64))


def _checked(weights: NDArray[np.float64], name: str, part: Part) -> NDArray[np.float64]:
    wrong = int((~(np.isfinite(weights) & (weights >= 0))).sum())
    if wrong:
        raise Misfit(
            ("columns", name), f"the weight '{name}' is missing or negative in {wrong} rows of {part}: it must be ≥ 0"
        )
    if len(weights) and not weights.any():
        raise Misfit(("columns", name), f"the weight '{name}' is 0 in all rows of {part}")
    return weights
