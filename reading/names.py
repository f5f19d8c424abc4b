"""The names of columns: unique, not empty, without control characters."""

from collections.abc import Sequence
from dataclasses import dataclass

from reading.failure import ReadingFailed
from reading.request import Limits


@dataclass(frozen=True)
class Names:
    """The names of a table's columns."""

    names: tuple[str, ...]
    unnamed: tuple[int, ...]
    """Positions of columns that had no name and are named by their position, counted from 1."""
    repeated: tuple[int, ...]
    """Positions of columns with the name of an earlier column; a number was appended to their names."""


def named(given: Sequence[str], limits: Limits, file: str) -> Names:
    """Name all columns. Line breaks in a name become blanks.

    Raises:
        ReadingFailed: there are too many columns, or a name is too long or has control characters.
    """
    if len(given) > limits.columns:
        message = f"{file} has {len(given)} columns, more than the limit of {limits.columns}"
        raise ReadingFailed("too_large", message, file=file)
    names: list[str] = []
    plain = [" ".join(name.split()) if not name.isprintable() else name.strip() for name in given]
    for i, name in enumerate(plain):
        _check(name, i, limits, file)
    taken = {name for name in plain if name}
    seen: set[str] = set()
    unnamed, repeated = [], []
    for i, name in enumerate(plain):
        if not name:
            unnamed.append(i)
            name = _free(f"column_{i + 1}", taken)  # noqa: PLW2901
        elif name in seen:
            repeated.append(i)
            name = _free(name, taken)  # noqa: PLW2901
        seen.add(name)
        taken.add(name)
        names.append(name)
    return Names(tuple(names), tuple(unnamed), tuple(repeated))


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _check(name: str, place: int, limits: Limits, file: str) -> None:
    if len(name) > limits.name_characters:
        message = f"the name of column {place + 1} has {len(name)} characters, more than {limits.name_characters}"
        raise ReadingFailed("too_large", message, file=file, around=name[:80])
    if any(not char.isprintable() and char != "\u00ad" and not char.isspace() for char in name):
        raise ReadingFailed("data_error", f"the name of column {place + 1} has a control character", file=file)
