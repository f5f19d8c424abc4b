"""Arrays that belong together: those of one part have the same length, and all parts have the same arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from gradus.facts import PARTS, Part
from reading.arrays.members import ArrayMember
from reading.failure import ReadingFailed
from reading.request import Limits


@dataclass(frozen=True)
class Group:
    """The arrays of one part."""

    part: Part | None
    members: Mapping[str, ArrayMember]
    """The arrays by the name of their column."""
    rows: int

    @property
    def name(self) -> str:
        """The names of its files."""
        return " + ".join(dict.fromkeys(member.source.name for member in self.members.values()))


def groups(members: Sequence[ArrayMember], limits: Limits) -> list[Group]:
    """The parts of a table, training first.

    Raises:
        ReadingFailed: the arrays are not columns of one table.
    """
    if not members:
        raise ReadingFailed("no_rows", "The files have no arrays of examples.")
    parts = [part for part in (None, *PARTS) if any(member.part == part for member in members)]
    found = [_group(part, [member for member in members if member.part == part], limits) for part in parts]
    for other in found[1:]:
        _refuse_unlike(found[0], other)
    return found


def _group(part: Part | None, members: Sequence[ArrayMember], limits: Limits) -> Group:
    by_column: dict[str, ArrayMember] = {}
    for member in members:
        if not member.header.shape:
            raise ReadingFailed(
                "data_error", f"{member.name} is a single value, not an array of examples.", file=member.source.name
            )
        if not prod(member.header.row_shape):
            raise ReadingFailed("no_rows", f"{member.name} has no values.", file=member.source.name)
        if member.column in by_column:
            raise ReadingFailed(
                "data_error",
                f"{by_column[member.column].name} and {member.name} are both column {member.column!r}: say which part "
                "(`split`) each file belongs to, or name them differently.",
                file=member.source.name,
            )
        by_column[member.column] = member
    lengths = {member.header.shape[0] for member in members}
    if len(lengths) > 1:
        shown = ", ".join(f"{member.column} has {member.header.shape[0]:,}" for member in members[:20])
        raise ReadingFailed(
            "data_error",
            f"The arrays have different numbers of examples: {shown}. Choose those that belong together with `arrays`.",
            file=members[0].source.name,
        )
    rows = lengths.pop()
    if rows > limits.rows:
        raise ReadingFailed("too_large", f"{members[0].name} has {rows:,} rows: {limits.rows:,} are allowed.")
    return Group(part, by_column, rows)


def _refuse_unlike(first: Group, other: Group) -> None:
    if set(first.members) != set(other.members):
        raise ReadingFailed(
            "data_error",
            f"The arrays of {first.name} are {', '.join(first.members)}, those of {other.name} "
            f"{', '.join(other.members)}: all parts must have the same.",
        )
    for column, one in first.members.items():
        two = other.members[column]
        if (one.header.row_shape, one.header.dtype) != (two.header.row_shape, two.header.dtype):
            raise ReadingFailed(
                "data_error",
                f"{one.name} has {one.header.dtype} of shape {one.header.row_shape} for each example, {two.name} "
                f"{two.header.dtype} of shape {two.header.row_shape}: save them with the same type and shape.",
                file=two.source.name,
            )
