"""Scaling of inputs: to [0, 1], and to mean 0 and deviation 1; that of a regression's targets."""

import numpy as np
from numpy.typing import NDArray

from worker.data.raw import Numbers
from worker.training.target_scale import TargetScale

Inputs = NDArray[np.float32]
"""(n, inputs)."""
Column = NDArray[np.float64]
"""One number for each input, (inputs,)."""

_ROWS = 1024
"""Rows that are widened to float64 at once: all of MNIST would take 345 MB."""


def by_largest(inputs: Numbers, largest: float) -> Inputs:
    """x / largest."""
    return np.divide(inputs, np.float32(largest), dtype=np.float32)


def by_bounds(inputs: Numbers, low: Column, high: Column) -> Inputs:
    """(x - low) / (high - low), column by column; 0 in a column whose bounds are equal."""
    width = high - low
    return np.where(width > 0, (inputs - low) / np.where(width > 0, width, 1), 0).astype(np.float32)


def mean_and_deviation(inputs: Inputs) -> tuple[Column, Column]:
    """Of each column; the deviation is the root of the mean squared distance from the mean."""
    mean = inputs.mean(axis=0, dtype=np.float64)
    squares = np.zeros_like(mean)
    for start in range(0, len(inputs), _ROWS):
        squares += np.square(inputs[start : start + _ROWS] - mean).sum(axis=0)
    return mean, np.sqrt(squares / len(inputs))


def standardize(inputs: Inputs, mean: Column, deviation: Column) -> None:
    """x ← (x - mean) / deviation, column by column, in place; divided by 1 where the deviation is 0."""
    inputs -= mean.astype(np.float32)
    inputs /= np.where(deviation > 0, deviation, 1.0).astype(np.float32)


def target_scale(targets: Numbers) -> TargetScale:
    """Mean and deviation of the training targets (n,); a deviation of 1 where all are equal."""
    values = targets.astype(np.float64)
    mean, deviation = float(values.mean()), float(values.std())
    equal = deviation <= 10 * np.finfo(np.float64).eps * abs(mean)
    return TargetScale(mean, 1.0 if equal else deviation)
