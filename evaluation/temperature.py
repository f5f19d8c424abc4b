"""The temperature that calibrates probabilities.

Source: Guo et al., On calibration of modern neural networks (2017).
"""

from collections.abc import Callable

import numpy as np

from evaluation.examples import Examples, Floats
from evaluation.logits import sigmoid, softmax

COLDEST, HOTTEST = 0.01, 100.0
BISECTIONS = 50


def class_temperature(validation: Examples) -> float | None:
    """The T that minimizes the log loss of softmax(logits / T), which is convex in 1 / T; None if there is no
    minimum."""
    given = np.take_along_axis(validation.outputs, validation.targets.astype(np.int64)[:, None], axis=1)[:, 0]

    def slope(factor: float) -> float:
        expected = (softmax(factor * validation.outputs) * validation.outputs).sum(axis=1)
        return _mean(expected - given, validation.weights)

    return _root(slope)


def label_temperature(validation: Examples) -> float | None:
    """The T that minimizes the log loss of sigmoid(logits / T), over all labels; None if there is no minimum."""

    def slope(factor: float) -> float:
        gaps = (sigmoid(factor * validation.outputs) - validation.targets) * validation.outputs
        return _mean(gaps.mean(axis=1), validation.weights)

    return _root(slope)


def _root(slope: Callable[[float], float]) -> float | None:
    """The temperature at which the derivative of the log loss with respect to 1 / T, which rises, changes its sign.

    None if it does not between the bounds. If every answer is right, the loss keeps falling as T falls; the result
    would then be the lower bound, and the answers would only be as confident as that bound makes them.
    """
    if not slope(1 / HOTTEST) < 0 < slope(1 / COLDEST):
        return None
    low, high = np.log(1 / HOTTEST), np.log(1 / COLDEST)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if slope(float(np.exp(middle))) > 0 else (middle, high)
    return float(np.exp(-(low + high) / 2))


def _mean(values: Floats, weights: Floats | None) -> float:
    return float(np.average(values, weights=weights))
