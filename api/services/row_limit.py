"""Limits how many rows of a table one answer has."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradus.errors import TooLarge

if TYPE_CHECKING:
    from preprocessing.table import Table

MOST = 16 << 20
"""Approximate limit in bytes: this process holds several copies of an answer while it makes it."""


def check_rows(table: "Table", names: Sequence[str], positions: Sequence[int]) -> None:
    """Refuse rows that are too large for one answer, before they are read. `positions` must ascend.

    Raises:
        TooLarge: these columns of these rows have more than `MOST` bytes.
    """
    from preprocessing.row_size import size_of_rows  # noqa: PLC0415 (imports DuckDB)

    size = size_of_rows(table, names, positions, MOST)
    if size <= MOST:
        return
    rows = len(positions)
    fewer = f"fewer rows, such as limit={max(1, rows * MOST // size // 2)}, or " if rows > 1 else ""
    what = f"{rows} rows with {len(names):,} columns have" if rows > 1 else f"this row with {len(names):,} columns has"
    raise TooLarge(
        f"{what} more than {MOST >> 20} MiB, the limit of one answer: ask for {fewer}fewer columns with column=…",
        code="rows_too_large",
    )
