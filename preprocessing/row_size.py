"""Estimates how large rows are before they are read: a cell may have 1 MiB, and a table 20 000 columns."""

from collections.abc import Iterable, Sequence
from math import prod

from gradus.wire.table import ColumnRecord
from preprocessing.rows import MAX_SHOWN
from preprocessing.table import Table

_CELL = 24
"""Bytes of a number, a time, or the description of an image as JSON text, with quotes and separators."""


def runs(positions: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Ascending positions as ranges (first, last), without `last` itself."""
    first = 0
    for i in range(1, len(positions) + 1):
        if i == len(positions) or positions[i] != positions[i - 1] + 1:
            yield positions[first], positions[i - 1] + 1
            first = i


def size_of_rows(table: Table, names: Sequence[str], positions: Sequence[int], most: int) -> int:
    """The approximate size in bytes, as JSON, of these columns in the rows at these ascending positions. Counting stops
    beyond `most`, and nothing is read if the number of cells alone decides."""
    columns = [table.record(name) for name in names]
    size = len(positions) * sum(len(column.name.encode()) + _width(column) for column in columns)
    texts = [table.position(column.name) for column in columns if column.type == "text"]
    for first, last in runs(positions) if texts else ():
        if size > most:
            break
        size += table.stored.text_bytes(texts, first, last)
    return size


def _width(column: ColumnRecord) -> int:
    """Bytes of one cell; for a text without the text itself."""
    numbers = prod(column.shape or (1,)) if column.type == "array" else 1
    return _CELL * numbers if numbers <= MAX_SHOWN else 2 * _CELL
