"""Checks the target that the request gives."""

from collections.abc import Sequence

from gradus.resolution.columns import unknown_column
from reading.failure import ReadingFailed


def check_target(target: str | tuple[str, ...] | None, names: Sequence[str]) -> None:
    """Check that the target's columns are there.

    Raises:
        ReadingFailed: the table has no such column.
    """
    for name in (target,) if isinstance(target, str) else target or ():
        if name not in names:
            raise ReadingFailed("unknown_column", f"the target: {unknown_column(name, list(names))}")
