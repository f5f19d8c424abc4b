"""Columns that options name and a file does not have."""

from collections.abc import Iterable, Sequence

from gradus.nearest import nearest
from reading.failure import ReadingFailed

MOST = 20
"""Largest number of names in the message."""
MOST_PATCHED = 1000
"""Largest number of names in the option with which the file would be read."""


def check_present(told: Iterable[str], names: Sequence[str]) -> None:
    """Check that a file has all columns for which `parse.columns` gives a type.

    Raises:
        ReadingFailed: it lacks some; the message names up to `MOST` of them, the option all.
    """
    own = frozenset(names)
    absent = [name for name in told if name not in own]
    if not absent:
        return
    near = nearest(absent[0], names) if len(absent) == 1 else None
    hint = f": did you mean {near!r}?" if near else f"; the first are {', '.join(map(repr, names[:5]))}"
    more = f" and {len(absent) - MOST} more" if len(absent) > MOST else ""
    listed = ", ".join(map(repr, absent[:MOST])) + more
    lacking = "no column has this name" if len(absent) == 1 else "no column has these names"
    option = {"columns": dict.fromkeys(absent)} if len(absent) <= MOST_PATCHED else None
    raise ReadingFailed("invalid_parse", f"`columns` names {listed}, but {lacking}{hint}", option=option)
