"""The type of all arrays of the lab, and their conversion for results."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def numbers(values: Any) -> tuple[float, ...]:
    """The values of a one-dimensional array, as plain floats."""
    return tuple(np.asarray(values, dtype=np.float64).tolist())


def table(rows: Iterable[Any]) -> tuple[tuple[float, ...], ...]:
    """Rows of plain floats."""
    return tuple(map(numbers, rows))


def rms(values: Array) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(values))))
