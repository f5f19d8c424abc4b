"""An axis of numbers: the positions of values, and the ticks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

_TICKS = 6
"""Approximate number of ticks."""
_LARGEST, _SMALLEST = 1e300, 1e-300
"""Values outside these bounds are not drawn: the span of the axis would overflow."""


@dataclass(frozen=True)
class Axis:
    """Maps values between `low` and `high` to pixels between `start` and `end`."""

    low: float
    high: float
    start: float
    end: float
    is_logarithmic: bool = False

    def at(self, value: float) -> float:
        """The position of a value, in pixels."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        return self.start + (self._scaled(value) - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values between the lowest and the highest."""
        return _powers(self.low, self.high) if self.is_logarithmic else _round(self.low, self.high)

    def shows(self, value: float | None) -> bool:
        """Whether a value can be drawn."""
        return value is not None and _drawable(value, is_logarithmic=self.is_logarithmic)

    def _scaled(self, value: float) -> float:
        return log10(value) if self.is_logarithmic else value


def axis(
    values: Iterable[float | None], start: float, end: float, *, is_logarithmic: bool = False, air: float = 0.0
) -> Axis | None:
    """The axis for these values, or None if none of them can be drawn. `air` is the margin at each end, as a share of
    the span of the values."""
    drawn = [v for v in values if v is not None and _drawable(v, is_logarithmic=is_logarithmic)]
    if not drawn:
        return None
    low, high = min(drawn), max(drawn)
    if is_logarithmic:
        decades = air * log10(high / low) if high > low else 0.5
        return Axis(low / 10**decades, high * 10**decades, start, end, is_logarithmic=True)
    room = air * (high - low) if high > low else abs(low) / 2 or 0.5
    return Axis(low - room, high + room, start, end)


def label(value: float) -> str:
    """The text of a number beside an axis."""
    return f"{value:.4g}".replace("-", "−")


def _drawable(value: float, *, is_logarithmic: bool) -> bool:
    return isfinite(value) and abs(value) < _LARGEST and not (is_logarithmic and value < _SMALLEST)


def _round(low: float, high: float) -> list[float]:
    rough = (high - low) / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough * (1 - 1e-9))
    return [number * step for number in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _powers(low: float, high: float) -> list[float]:
    """Powers of ten, or every second, third … of them; round values if the span is within one decade."""
    powers: Sequence[int] = range(ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9) + 1)
    if len(powers) < 2:
        return [value for value in _round(low, high) if value > 0]
    return [10.0**power for power in powers[:: ceil(len(powers) / _TICKS)]]
