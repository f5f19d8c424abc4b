"""The names of the files of a stored table, and of the files with its statistics and findings.

A Parquet file has at most `COLUMNS_PER_FILE` columns, because reading one column takes the metadata of all columns in
the file, and writing the file takes memory for all of them: a table of 20 000 columns has 20 files. They have the same
rows in the same order. The first also has the columns `_file` and `_line`.
"""

from collections.abc import Iterable

FACTS = "facts.json"
PARQUET = "table.parquet"
STATISTICS, FINDINGS = "statistics.json", "findings.json"
"""Files computed from the table; they are not part of it."""

COLUMNS_PER_FILE = 1000
ROW_GROUP = 122_880
"""Rows of a row group; fewer in wide tables."""
_GROUP_CELLS = 4_000_000
_GROUP_BYTES = 16 << 20
"""Largest size in bytes of the texts in a row group, estimated from their mean length."""
_VECTOR = 2048
"""Number of rows that DuckDB processes at a time."""


def parquet_file(position: int) -> str:
    """The file of the column at this position."""
    number = position // COLUMNS_PER_FILE
    return f"table-{number}.parquet" if number else PARQUET


def parquet_files(columns: int) -> list[str]:
    """The files of a table of this many columns. A file whose columns are all images or arrays does not exist."""
    return [parquet_file(position) for position in range(0, max(1, columns), COLUMNS_PER_FILE)]


def by_file(positions: Iterable[int]) -> dict[str, list[int]]:
    """The columns at these positions, grouped by the file that they are in."""
    found: dict[str, list[int]] = {}
    for position in positions:
        found.setdefault(parquet_file(position), []).append(position)
    return found


def row_group(columns: int, text_bytes: float = 0) -> int:
    """The rows of a row group in a table of this many columns. A group is held in memory while it is written, and more
    than once if it has texts. `text_bytes` is the mean size of the texts of a row in the file."""
    rows = _GROUP_CELLS // max(1, min(columns, COLUMNS_PER_FILE))
    rows = min(ROW_GROUP, max(_VECTOR, rows // _VECTOR * _VECTOR))
    return min(rows, rows_of(text_bytes))


def rows_of(text_bytes: float) -> int:
    """How many rows with this many bytes of text are held in memory together; at least one."""
    return max(1, int(_GROUP_BYTES / max(1.0, text_bytes)))
