"""NPY files: written row by row, and read by their header first."""

from dataclasses import dataclass
from math import prod
from pathlib import Path
from tokenize import TokenError
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from reading.failure import ReadingFailed
from reading.request import MIB, Limits

_LONGEST_HEADER = 10_000
_LARGEST_ROW = 64 * MIB
_LARGEST_TURNED = 256 * MIB


class NpyWriter:
    """Writes the rows of an array whose number is not known yet, without keeping them."""

    def __init__(self, path: Path, dtype: np.dtype[Any], row_shape: tuple[int, ...]) -> None:
        self._file = path.open("wb")
        self._dtype = dtype
        self._row_shape = row_shape
        self.rows = 0
        self._write_header()

    def append(self, rows: NDArray[Any]) -> None:
        """Write more rows (n, *row_shape)."""
        assert rows.shape[1:] == self._row_shape
        assert rows.dtype == self._dtype
        self._file.write(np.ascontiguousarray(rows).data)
        self.rows += len(rows)

    def __enter__(self) -> "NpyWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._file.seek(0)
                self._write_header()  # has the same length: numpy leaves room for the first axis to grow
        finally:
            self._file.close()

    def _write_header(self) -> None:
        shape = (self.rows, *self._row_shape)
        header = {"descr": npy.dtype_to_descr(self._dtype), "fortran_order": False, "shape": shape}
        npy.write_array_header_1_0(self._file, header)


@dataclass(frozen=True)
class NpyHeader:
    """What an NPY file says it contains."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]

    @property
    def bytes(self) -> int:
        """Bytes of all elements."""
        return prod(self.shape) * self.dtype.itemsize

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of one element along the first axis."""
        return self.shape[1:]


def read_header(stream: BinaryIO, name: str) -> NpyHeader:
    """Read the header of an NPY file; the elements follow in the stream.

    Raises:
        ReadingFailed: it is damaged, or its elements are Python objects, which would run code, or records.
    """
    try:
        version = npy.read_magic(stream)
        if version == (1, 0):
            shape, fortran, dtype = npy.read_array_header_1_0(stream, max_header_size=_LONGEST_HEADER)
        else:
            shape, fortran, dtype = npy.read_array_header_2_0(stream, max_header_size=_LONGEST_HEADER)
    # numpy evaluates the header as Python's literals, and fails like Python.
    except (ValueError, TypeError, SyntaxError, TokenError, MemoryError, RecursionError, OverflowError) as error:
        words = str(error).split("\n", 1)[0][:200]
        raise ReadingFailed("data_error", f"{name} has a damaged NPY header: {words}", file=name) from None
    if dtype.hasobject:
        raise ReadingFailed(
            "data_error",
            f"{name} has Python objects, which run code when they are loaded: save an array of numbers or of text, "
            "such as x.astype(float) or x.astype(str).",
            file=name,
        )
    if dtype.names or dtype.subdtype:
        raise ReadingFailed(
            "data_error", f"{name} has records: save each field as an array of its own in an NPZ file.", file=name
        )
    if any(length < 0 for length in shape) or dtype.itemsize == 0:
        raise ReadingFailed("data_error", f"{name} has a damaged NPY header: its shape is {shape}.", file=name)
    return NpyHeader(shape, fortran, dtype)


def check_size(header: NpyHeader, available: int | None, name: str, limits: Limits) -> None:
    """Refuse a header that promises another number of bytes than there are, or too many.

    Arguments:
        available: The bytes that follow; None if they have to be decompressed first.

    Raises:
        ReadingFailed: the header does not fit.
    """
    shape = " × ".join(map(str, header.shape)) or "one"
    says = f"The header of {name} declares {shape} elements of {header.dtype}, which are {header.bytes:,} bytes"
    if available is not None and header.bytes != available:
        raise ReadingFailed("data_error", f"{says}, but {available:,} follow.", file=name)
    row = prod(header.row_shape) * header.dtype.itemsize
    if header.bytes > limits.unpacked_bytes or row > _LARGEST_ROW:
        raise ReadingFailed(
            "too_large",
            f"{says}: {limits.unpacked_bytes:,} bytes are allowed, and {_LARGEST_ROW:,} for one example.",
            file=name,
        )


class RowStream:
    """The rows of an array whose header has been read, in order."""

    def __init__(self, stream: BinaryIO, header: NpyHeader, name: str) -> None:
        self._stream = stream
        self._header = header
        self._name = name
        self._turned: NDArray[Any] | None = None
        self._row = 0
        if header.fortran and len(header.shape) > 1:
            self._turned = self._turn()

    def read(self, count: int) -> NDArray[Any]:
        """The next rows.

        Raises:
            ReadingFailed: the stream ends too early.
        """
        start, self._row = self._row, self._row + count
        if self._turned is not None:
            return self._turned[start : self._row]
        shape = (count, *self._header.row_shape)
        return np.frombuffer(self._bytes(prod(shape) * self._header.dtype.itemsize), self._header.dtype).reshape(shape)

    def _turn(self) -> NDArray[Any]:
        if self._header.bytes > _LARGEST_TURNED:
            raise ReadingFailed(
                "too_large",
                f"{self._name} has {self._header.bytes // MIB} MiB in Fortran order: save numpy.ascontiguousarray of "
                "it.",
                file=self._name,
            )
        flat = np.frombuffer(self._bytes(self._header.bytes), self._header.dtype)
        return flat.reshape(self._header.shape[::-1]).transpose()

    def _bytes(self, size: int) -> bytes:
        data = self._stream.read(size)
        if len(data) != size:
            raise ReadingFailed("data_error", f"{self._name} ends too early: it is truncated.", file=self._name)
        return data
