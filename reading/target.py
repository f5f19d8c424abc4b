"""The target that a data set was given beforehand."""

from gradus.nearest import nearest
from gradus.wire.table import ReadTable
from reading.failure import ReadingFailed

LISTED = 10
"""Columns that an error names."""


def check_target(target: str | tuple[str, ...] | None, table: ReadTable) -> None:
    """Check that the target's columns are there.

    Raises:
        ReadingFailed: the table has no such column.
    """
    names = [column.name for column in table.columns]
    for name in (target,) if isinstance(target, str) else target or ():
        if name not in names:
            close = nearest(name, names)
            more = ", …" if len(names) > LISTED else ""
            hint = f"did you mean '{close}'?" if close else f"there are {', '.join(names[:LISTED])}{more}"
            raise ReadingFailed("unknown_column", f"the target: no column '{name[:200]}': {hint}")
