"""Cells that are certainly text, recognized by their first byte and length."""

import numpy as np
from numpy.typing import NDArray

from reading.census.kinds import LONGEST, WORDS
from reading.slices import Slices

_VALUES = frozenset(b"+-.,0123456789")
_INITIALS = frozenset(word[0].encode()[0] for word in WORDS) | frozenset(word[0].upper().encode()[0] for word in WORDS)
_IS_VALUE = np.array([byte in _VALUES for byte in range(256)])
_IS_INITIAL = np.array([byte in _INITIALS for byte in range(256)])


def surely_text(cells: Slices) -> NDArray[np.bool_]:
    """Whether each cell, (n,), is certainly neither a value nor one of the words with a kind of their own."""
    if cells.content.has_kelvin:
        return np.zeros(len(cells), dtype=np.bool_)
    lengths, first = cells.lengths, cells.content.data[cells.starts]
    quote = cells.content.quote
    long = lengths > (2 * LONGEST + 2 if quote else LONGEST)  # doubled quotes count twice
    found: NDArray[np.bool_] = (lengths > 0) & ~_IS_VALUE[first] & (long | ~_IS_INITIAL[first])
    return found
