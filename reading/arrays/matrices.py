"""What a column of a table is in the arrays: a whole array, or one column of a two-dimensional array."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from reading.arrays.members import ArrayMember
from reading.npy_file import NpyHeader


@dataclass(frozen=True)
class Cell:
    """Where the values of a column come from."""

    column: str
    array: str
    """Name of the array."""
    place: int | None = None
    """Position along the second axis of the array; None for the whole array."""


def is_matrix(header: NpyHeader) -> bool:
    """Whether an array is two-dimensional, with several numbers or truth values for each example."""
    return len(header.shape) == 2 and header.shape[1] > 1 and header.dtype.kind in "biuf"


def cells_of(members: Mapping[str, ArrayMember], matrices: Collection[str]) -> list[Cell]:
    """The columns, in order. Columns of a single array are named by their position, like those of a CSV file without
    names; if there are several arrays, the name of the array comes first."""
    return [cell for name, member in members.items() for cell in _cells(name, member, matrices, len(members) == 1)]


def _cells(name: str, member: ArrayMember, matrices: Collection[str], alone: bool) -> Iterator[Cell]:
    if name not in matrices:
        yield Cell(name, name)
        return
    for place in range(member.header.shape[1]):
        yield Cell(f"{'column' if alone else name}_{place + 1}", name, place)
