"""Scaling of inputs, to [0, 1] or to mean 0 and standard deviation 1, and of regression targets."""

import numpy as np
from numpy.typing import NDArray

from worker.data.raw import Numbers
from worker.training.target_scale import TargetScale

Inputs = NDArray[np.float32]
"""(n, inputs)."""
Column = NDArray[np.float64]
"""One number per input, (inputs,)."""

_ROWS = 1024
"""Rows converted to float64 at a time: all rows of MNIST would take 345 MB."""


def by_largest(inputs: Numbers, largest: float) -> Inputs:
    """x / largest."""
    return np.divide(inputs, np.float32(largest), dtype=np.float32)


def by_bounds(inputs: Numbers, low: Column, high: Column) -> Inputs:
    """(x - low) / (high - low), column by column; 0 in a column whose bounds are equal."""
    width = high - low
    return np.where(width > 0, (inputs - low) / np.where(width > 0, width, 1), 0).astype(np.float32)


def mean_and_deviation(inputs: Inputs) -> tuple[Column, Column]:
    """Mean and standard deviation (with 1/n) of each column."""
    mean = inputs.mean(axis=0, dtype=np.float64)
    squares = np.zeros_like(mean)
    for start in range(0, len(inputs), _ROWS):
        squares += np.square(inputs[start : start + _ROWS] - mean).sum(axis=0)
    return mean, np.sqrt(squares / len(inputs))


def standardize(inputs: Inputs, mean: Column, deviation: Column) -> None:
    """x ← (x - mean) / deviation, column by column, in place; a deviation of 0 counts as 1."""
    inputs -= mean.astype(np.float32)
    inputs /= np.where(deviation > 0, deviation, 1.0).astype(np.float32)


def target_scale(targets: Numbers) -> TargetScale:
    """Mean and standard deviation of each training target, (n,) or (n, targets); a deviation of 1 if all of its values
    are equal."""
    columns = targets.astype(np.float64).reshape(len(targets), -1)
    numbers = [_mean_and_deviation(np.ascontiguousarray(column)) for column in columns.T]
    return TargetScale(tuple(mean for mean, _ in numbers), tuple(deviation for _, deviation in numbers))


def _mean_and_deviation(values: Column) -> tuple[float, float]:
    mean, deviation = float(values.mean()), float(values.std())
    equal = deviation <= 10 * np.finfo(np.float64).eps * abs(mean)
    return mean, 1.0 if equal else deviation


def standardized_targets(targets: Numbers, scale: TargetScale) -> NDArray[np.float32]:
    """(y - mean) / deviation of each target, (n,) or (n, targets), in float64, rounded once."""
    columns = (targets.astype(np.float64).reshape(len(targets), -1) - scale.mean) / scale.deviation
    return columns.astype(np.float32).reshape(targets.shape)
