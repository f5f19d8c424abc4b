"""The cells of a column as positions in the bytes of a block. A cell is decoded to text only on demand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from reading.plain_numbers import PlainNumbers, plain_numbers

Places = NDArray[np.int64]
_SEAM = 0
"""Joins cells; text has no such byte."""
_PIECE = 1 << 18
"""Bytes that are gathered at once."""


@dataclass(frozen=True, eq=False)
class Content:
    """The UTF-8 of a block, followed by one more byte."""

    data: NDArray[np.uint8]
    quote: bytes = b""
    """The quote that is doubled inside cells; empty if none is."""

    @cached_property
    def has_kelvin(self) -> bool:
        """Whether it has the sign U+212A, the one character beyond ASCII whose lower case is in ASCII."""
        return "\u212a".encode() in self.data.tobytes()


class Slices(Sequence[str]):
    """The cells that begin and end at some places, (n,) each."""

    def __init__(self, content: Content, starts: Places, ends: Places) -> None:
        self.content, self.starts, self.ends = content, starts, ends

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Slices": ...
    def __getitem__(self, place: int | slice) -> "str | Slices":
        if isinstance(place, slice):
            return Slices(self.content, self.starts[place], self.ends[place])
        return self._texts[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def where(self, mask: NDArray[np.bool_]) -> "Slices":
        """The cells where `mask` is true."""
        return Slices(self.content, self.starts[mask], self.ends[mask])

    @property
    def lengths(self) -> Places:
        """Bytes of each cell; a doubled quote counts as two."""
        return self.ends - self.starts

    @cached_property
    def numbers(self) -> PlainNumbers | None:
        """The cells as numbers, if all are plain ones or empty."""
        return plain_numbers(self.content.data, self.starts, self.ends)

    def in_lines(self) -> str:
        """The cells, each followed by a line end."""
        return self._joined().replace(b"\0", b"\n").decode()

    def texts(self) -> list[str]:
        """The cells."""
        return self._joined().decode().split("\0")[:-1]

    @cached_property
    def _texts(self) -> list[str]:
        return self.texts()

    def _joined(self) -> bytes:
        pieces: list[bytes] = []
        sizes = self.lengths + 1
        bounds = np.cumsum(sizes)
        first = 0
        while first < len(sizes):
            before = int(bounds[first] - sizes[first])
            last = max(first + 1, int(np.searchsorted(bounds, before + _PIECE, side="right")))
            pieces.append(_gathered(self.content.data, self.starts[first:last], sizes[first:last]))
            first = last
        joined = b"".join(pieces)
        quote = self.content.quote
        return joined.replace(quote * 2, quote) if quote and quote * 2 in joined else joined


def _gathered(data: NDArray[np.uint8], starts: Places, sizes: Places) -> bytes:
    if len(sizes) == 1:
        return data[starts[0] : starts[0] + sizes[0] - 1].tobytes() + b"\0"
    ends = np.cumsum(sizes)
    places = np.repeat(starts - (ends - sizes), sizes)
    places += np.arange(ends[-1])
    found: NDArray[Any] = data[places]
    found[ends - 1] = _SEAM
    return found.tobytes()
