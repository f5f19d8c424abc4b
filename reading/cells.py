"""The interface of files of text cells. They are read in batches of columns: for the census, then into the table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gradus.facts import ColumnType
from gradus.wire.table import LeftOut
from reading.source import SourceFile

Cell = str | None


@dataclass(frozen=True, eq=False)
class Batch:
    """Consecutive rows."""

    columns: Sequence[Sequence[Cell]]
    """The cells of each column; None or the empty text where there is no value."""
    lines: Sequence[int]
    """The line of each row in its file, from 1, or its index."""


class Cells(Protocol):
    """A file as text cells. It is read twice: once to judge the types, once to convert."""

    @property
    def file(self) -> SourceFile:
        """The file."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the columns, as the file has them."""

    @property
    def stated(self) -> Mapping[int, ColumnType]:
        """After the first pass: types that the file itself states, by position. Text may still become a date."""

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """After a pass: the rows that were left out, the first hundred of them."""

    @property
    def left_out_count(self) -> int:
        """After a pass: how many rows were left out."""

    def batches(self) -> Iterator[Batch]:
        """All rows, in order; each call begins anew.

        Raises:
            ReadingFailed: the file breaks a rule.
        """

    def bytes_done(self) -> int:
        """How many bytes of the file the present pass has used."""
