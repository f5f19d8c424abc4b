"""Which column of a table is what in the arrays: an array of its own, or a column of one with two axes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from reading.arrays.members import ArrayMember
from reading.npy_file import NpyHeader


@dataclass(frozen=True)
class Cell:
    """What a column has of each example."""

    column: str
    array: str
    """Name of the array."""
    place: int | None = None
    """Position along its second axis; None for all of it."""


def is_matrix(header: NpyHeader) -> bool:
    """Whether an array has numbers or truth values, and several for each example, along one axis."""
    return len(header.shape) == 2 and header.shape[1] > 1 and header.dtype.kind in "biuf"


def cells_of(members: Mapping[str, ArrayMember], matrices: Collection[str]) -> list[Cell]:
    """The columns, in order. Those of the only array are named by their position, like those of a CSV file without
    names; those of one among others also by its name."""
    return [cell for name, member in members.items() for cell in _cells(name, member, matrices, len(members) == 1)]


def _cells(name: str, member: ArrayMember, matrices: Collection[str], alone: bool) -> Iterator[Cell]:
    if name not in matrices:
        yield Cell(name, name)
        return
    for place in range(member.header.shape[1]):
        yield Cell(f"{'column' if alone else name}_{place + 1}", name, place)
