"""Regular blocks of rows, divided at once: numpy finds the borders of all cells, and nothing is copied.

A block is regular if every row has the same number of cells, every quote opens a cell at its start, closes one at its
end or is doubled, and every CR stands before an LF. Other blocks are left to `rows`, which reports what is wrong with
them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradus.parse.cells import MAX_CELL
from reading.delimited.dialect import Dialect
from reading.slices import Content, Slices

_LF, _CR = ord("\n"), ord("\r")
_BLANKS = 64
"""Blanks beside a cell that are dropped here."""

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Grid:
    """Consecutive rows, as columns."""

    columns: list[Slices]
    lines: Sequence[int]
    """The line on which each row begins."""


def grid(text: str, dialect: Dialect, width: int, line: int) -> Grid | None:
    """The rows of a text of whole lines, which begins on this line; None if they are not regular."""
    encoded = text.encode()
    data = np.frombuffer(encoded + (b"\0" if encoded.endswith(b"\n") else b"\n\0"), dtype=np.uint8)
    quoted = bool(dialect.quote) and dialect.quote.encode() in encoded
    found = _borders(data, dialect, quoted=quoted) if _lone_crs(data, encoded) else None
    if found is None or len(found) % width:
        return None
    ends = found.reshape(-1, width).T.copy()  # (width, rows)
    if not ((data[ends[-1]] == _LF).all() and (data[ends[:-1]] == ord(dialect.delimiter)).all()):
        return None
    lines = _lines(data, ends[-1], line)
    starts = np.concatenate(([0], found[:-1] + 1)).reshape(-1, width).T.copy()
    ends[-1] -= (data[ends[-1] - 1] == _CR) & (ends[-1] > starts[-1])
    inside = data[starts] == ord(dialect.quote) if quoted else np.zeros((width, 1), dtype=np.bool_)
    if not _trim(data, starts, ends, ~inside, dialect.blanks) or (ends - starts).max(initial=0) > MAX_CELL:
        return None
    starts += inside
    ends -= inside
    content = Content(data, dialect.quote.encode() if quoted else b"")
    return Grid([Slices(content, a, b) for a, b in zip(starts, ends, strict=True)], lines)


def _lone_crs(data: Bytes, encoded: bytes) -> bool:
    """Whether every CR stands before an LF."""
    return b"\r" not in encoded or bool((data[np.flatnonzero(data == _CR) + 1] == _LF).all())


def _borders(data: Bytes, dialect: Dialect, *, quoted: bool) -> Places | None:
    """The places of delimiters and line ends outside of quotes; None if a quote is misplaced."""
    delimiter = ord(dialect.delimiter)
    borders = (data == delimiter) | (data == _LF)
    if quoted:
        outside = _outside(data, ord(dialect.quote), delimiter)
        if outside is None:
            return None
        borders &= outside
    return np.flatnonzero(borders)


def _outside(data: Bytes, quote: int, delimiter: int) -> NDArray[np.bool_] | None:
    """Whether each byte is outside of quotes; None if a quote is misplaced."""
    is_quote = data == quote
    quotes = np.flatnonzero(is_quote)
    if len(quotes) % 2:
        return None
    opens, closes = quotes[0::2], quotes[1::2]
    doubled = opens[1:] == closes[:-1] + 1
    before = data[opens[np.append(True, ~doubled)] - 1]  # index -1 reads the last byte; set below
    if opens[0] == 0:
        before[0] = _LF
    behind = data[closes[np.append(~doubled, True)] + 1]
    if not ((before == delimiter) | (before == _LF)).all():
        return None
    if not ((behind == delimiter) | (behind == _LF) | (behind == _CR)).all():
        return None
    inside: Bytes = np.bitwise_xor.accumulate(is_quote.view(np.uint8))
    return ~inside.view(np.bool_)


def _lines(data: Bytes, ends: Places, line: int) -> Sequence[int]:
    found = np.flatnonzero(data == _LF)
    if len(found) == len(ends):
        return range(line, line + len(ends))
    before = np.searchsorted(found, ends[:-1]) + 1
    return [line, *(before + line).tolist()]


def _trim(data: Bytes, starts: Places, ends: Places, plain: NDArray[np.bool_], blanks: str) -> bool:
    """Move the borders of plain cells over blanks; False if there are too many of these."""
    chars = [ord(blank) for blank in blanks if (data == ord(blank)).any()]
    if not chars:
        return True
    for _ in range(_BLANKS):
        at_start = plain & (starts < ends) & np.isin(data[starts], chars)
        starts += at_start
        at_end = plain & (starts < ends) & np.isin(data[ends - 1], chars)
        ends -= at_end
        if not (at_start.any() or at_end.any()):
            return True
    return False
