"""The standard normal distribution function, which numpy does not have."""

from math import erf, pi, sqrt

import numpy as np

from lab.array import Array

_END, _STEP = 8.5, 1 / 256
_GRID = np.arange(-_END, _END + _STEP, _STEP)
_VALUES = np.array([(1 + erf(z / sqrt(2))) / 2 for z in _GRID])


def density(z: Array) -> Array:
    """φ(z)."""
    return np.asarray(np.exp(-z * z / 2) / sqrt(2 * pi))


_SLOPES = density(_GRID)


def distribution(z: Array) -> Array:
    """Φ(z), by cubic Hermite interpolation in a table: the error is below 1e-12."""
    inside = np.clip(np.nan_to_num(z), -_END, _END - _STEP)
    at = ((inside + _END) / _STEP).astype(np.int64)
    t = (inside - _GRID[at]) / _STEP
    left, right = _VALUES[at], _VALUES[at + 1]
    rise, fall = _SLOPES[at] * _STEP, _SLOPES[at + 1] * _STEP
    middle = left + t * (rise + t * (3 * (right - left) - 2 * rise - fall + t * (2 * (left - right) + rise + fall)))
    return np.where(z >= _END - _STEP, 1.0, np.where(z <= -_END, 0.0, np.where(np.isnan(z), np.nan, middle)))
