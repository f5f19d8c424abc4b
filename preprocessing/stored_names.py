"""The names of the files of a stored table, and of those that reading leaves beside it.

A Parquet file has at most `COLUMNS_PER_FILE` columns, because whoever asks it for one column reads the metadata of all,
and writing it takes memory for all: a table of 20 000 columns has 20 files. They have the same rows in the same order.
The first also has the columns `_file` and `_line`.
"""

from collections.abc import Iterable

FACTS = "facts.json"
PARQUET = "table.parquet"
STATISTICS, FINDINGS = "statistics.json", "findings.json"
"""What was computed of the table; not a part of it."""

COLUMNS_PER_FILE = 1000
ROW_GROUP = 122_880
"""Rows of a row group; fewer in wide tables."""
_GROUP_CELLS = 4_000_000
_GROUP_BYTES = 16 << 20
"""Of the texts in a row group, if they are as long as the mean."""
_VECTOR = 2048
"""DuckDB works on so many rows at a time."""


def parquet_file(position: int) -> str:
    """The file of the column at this position."""
    number = position // COLUMNS_PER_FILE
    return f"table-{number}.parquet" if number else PARQUET


def parquet_files(columns: int) -> list[str]:
    """The files of a table of so many columns; one of them may have images and arrays alone, and not be there."""
    return [parquet_file(position) for position in range(0, max(1, columns), COLUMNS_PER_FILE)]


def by_file(positions: Iterable[int]) -> dict[str, list[int]]:
    """The files of the columns at these positions, and which of them each has."""
    found: dict[str, list[int]] = {}
    for position in positions:
        found.setdefault(parquet_file(position), []).append(position)
    return found


def row_group(columns: int, text_bytes: float = 0) -> int:
    """Rows of a row group in a table of so many columns: a group is held in memory while it is written, and more than
    once if it has texts. Those of a row in the file have so many bytes on average."""
    rows = _GROUP_CELLS // max(1, min(columns, COLUMNS_PER_FILE))
    rows = min(ROW_GROUP, max(_VECTOR, rows // _VECTOR * _VECTOR))
    return min(rows, rows_of(text_bytes))


def rows_of(text_bytes: float) -> int:
    """How many rows with texts of so many bytes are held in memory together; at least one."""
    return max(1, int(_GROUP_BYTES / max(1.0, text_bytes)))
