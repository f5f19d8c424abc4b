"""The target that a data set was given beforehand."""

from gradus.resolution.columns import unknown_column
from gradus.wire.table import ReadTable
from reading.failure import ReadingFailed


def check_target(target: str | tuple[str, ...] | None, table: ReadTable) -> None:
    """Check that the target's columns are there.

    Raises:
        ReadingFailed: the table has no such column.
    """
    names = [column.name for column in table.columns]
    for name in (target,) if isinstance(target, str) else target or ():
        if name not in names:
            raise ReadingFailed("unknown_column", f"the target: {unknown_column(name, names)}")
