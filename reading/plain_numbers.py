"""Numbers as most files have them, all cells of a column at once: digits, at most one point, at most a minus.

A decimal of up to 2⁵³ without its point, divided by a power of ten up to 10²², is rounded once and therefore exact
(Clinger 1990, the fast path). Other cells are converted one by one.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

MAX_WHOLE, MAX_FRACTION = 15, 17
"""Largest number of digits before and after the point."""
_MAX_DIGITS = 18
_EXACT = 1 << 53
_POWERS = np.array([10.0**i for i in range(MAX_FRACTION + 1)])
_ZERO, _NINE, _POINT, _MINUS = ord("0"), 9, ord("."), ord("-")

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class PlainNumbers:
    """Cells that are empty, or match `-?(0|[1-9][0-9]{0,14})(.[0-9]{1,17})?` and are not `-0`; (n,) each."""

    digits: NDArray[np.int64]
    """The number without its point and sign."""
    fraction: NDArray[np.uint8]
    """Number of digits after the point."""
    negative: NDArray[np.bool_]
    empty: NDArray[np.bool_]

    @cached_property
    def fractions(self) -> int:
        """How many have a point."""
        return int(np.count_nonzero(self.fraction))

    @cached_property
    def empties(self) -> int:
        """How many are empty."""
        return int(np.count_nonzero(self.empty))

    def integers(self) -> NDArray[np.int64]:
        """The values of cells without a point; 0 for an empty one."""
        return np.where(self.negative, -self.digits, self.digits)

    def values(self) -> NDArray[np.float64]:
        """The nearest float64 of each cell; 0 for an empty one."""
        found: NDArray[np.float64] = self.digits / _POWERS[self.fraction]
        for i in np.flatnonzero(self.digits > _EXACT).tolist():
            found[i] = float(f"{self.digits[i]}e-{self.fraction[i]}")
        np.negative(found, out=found, where=self.negative)
        return found


def plain_numbers(data: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> PlainNumbers | None:
    """The numbers in the bytes of `data` between `starts` and `ends`; None if a cell is something else."""
    sizes = ends - starts
    longest = int(sizes.max(initial=0))
    if longest > _MAX_DIGITS + 2:
        return None
    lengths = sizes.astype(np.uint8)
    order = np.arange(longest, dtype=np.uint8)[:, None]
    places = (ends - 1) - order  # (longest, n), the last byte first
    chars = data[np.maximum(places, 0, out=places)]
    chars[order >= lengths] = _ZERO
    points = (chars == _POINT).view(np.uint8)
    values = chars - _ZERO
    digits = values <= _NINE
    point = points.sum(axis=0, dtype=np.uint8)
    empty = lengths == 0
    negative = (data[starts] == _MINUS) & ~empty
    if (digits.view(np.uint8).sum(axis=0, dtype=np.uint8) + point + negative != longest).any() or (point > 1).any():
        return None
    fraction = (points * order).sum(axis=0, dtype=np.uint8)
    whole = lengths - negative - point - fraction
    leading = (whole > 1) & (data[starts + negative] == _ZERO)
    bare = (point > fraction) | (whole < ~empty) | leading
    if (bare | (whole > MAX_WHOLE) | (fraction > MAX_FRACTION) | (whole + fraction > _MAX_DIGITS)).any():
        return None
    values *= digits
    number = _joined(values, 10 - 9 * points)
    if negative.any() and (negative & (number == 0) & (fraction == 0)).any():
        return None
    return PlainNumbers(number, fraction, negative, empty)


def _joined(values: Bytes, factors: Bytes) -> NDArray[np.int64]:
    """Horner's scheme from the first digit, which is the last of `values`. It takes four digits at a time, whose number
    fits into 16 bits.

    A point multiplies by one and adds nothing, like a minus at the start.
    """
    found = np.zeros(values.shape[1], dtype=np.int64)
    for last in range(len(values), 0, -4):
        four = range(last - 1, max(last - 4, 0) - 1, -1)
        part, factor = (np.full(len(found), start, dtype=np.uint16) for start in (0, 1))
        for i in four:
            part *= factors[i]
            part += values[i]
            factor *= factors[i]
        found *= factor
        found += part
    return found
