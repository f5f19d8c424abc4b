"""How well one column alone predicts the target, out of sample.

The rows are halved at random. On one half every text, or bin of numbers, gets the mean target of its rows; these means
predict the other half. Then the halves are swapped.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_BINS = 128
BIN_ROWS = 5
"""Rows in a bin: numbers are put into bins of about equal counts, at most `MAX_BINS` of them."""
PRIOR = 1.0
"""Number of extra rows with the overall mean that count towards each text, so that texts with few rows do not
dominate."""
MIN_ROWS = 10

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """A score with the end of its 95 % interval that is nearer to chance."""

    name: str
    """`auc` or `r2`."""
    value: float
    low: float


@lru_cache(maxsize=4)
def halves(n: int) -> NDArray[np.bool_]:
    """A fixed random half of n rows."""
    return np.random.Generator(np.random.PCG64(n)).random(n) < 0.5


def class_score(codes: Codes | Floats, classes: Codes, n_classes: int, needed: float = 0.0) -> Score | None:
    """The AUC of each class against the rest, weighted by class size, from codes or numbers. None if all classes are
    too small, or if some classes already show that the score is less than `needed`.

    Source of the interval: Hanley & McNeil, The meaning and use of the area under a ROC curve, 1982.
    """
    known = classes >= 0
    sizes, total = np.bincount(classes[known], minlength=n_classes), int(known.sum())
    large = [label for label in range(n_classes) if min(sizes[label], total - sizes[label]) >= MIN_ROWS]
    value = low = weight = 0.0
    rest = float(sizes[large].sum())
    for label in large:
        truth = (classes == label)[known]
        positives, negatives = int(sizes[label]), total - int(sizes[label])
        auc = _auc(_out_of_sample(codes[known], truth.astype(np.float64)), truth)
        value += positives * auc
        low += positives * (auc - 1.96 * _deviation(auc, positives, negatives))
        weight += positives
        if value + (rest - weight) < needed * rest:  # even if the other classes were predicted perfectly
            return None
    return Score("auc", value / weight, low / weight) if weight else None


def number_score(codes: Codes | Floats, target: Floats) -> Score | None:
    """The larger of R² for the target and R² for its ranks, which outliers do not dominate."""
    known = ~np.isnan(target)
    if known.sum() < 2 * MIN_ROWS:
        return None
    found = [_r2(codes[known], goal) for goal in (target[known], average_ranks(target[known]))]
    value = max(found)
    error = 1.96 * 2 * float(np.sqrt(max(0.0, value) / known.sum())) * (1 - value)
    return Score("r2", value, value - error)


def _r2(codes: Codes | Floats, target: Floats) -> float:
    spread = float(np.square(target - target.mean()).sum())
    return 1 - float(np.square(target - _out_of_sample(codes, target)).sum()) / spread if spread > 0 else 0.0


def _out_of_sample(values: Codes | Floats, target: Floats) -> Floats:
    first = halves(len(target))
    predicted = np.empty(len(target))
    fit = _by_code if values.dtype.kind == "i" else _by_number
    for fitted in (first, ~first):
        predicted[~fitted] = fit(values[fitted], target[fitted], values[~fitted])
    return predicted


def _by_code(codes: NDArray[Any], target: Floats, asked: NDArray[Any]) -> Floats:
    """The predictions: the mean target of the rows with the same code, shrunk towards the overall mean."""
    size = int(max(codes.max(initial=-1), asked.max(initial=-1))) + 2
    count = np.bincount(codes + 1, minlength=size)  # code -1 is missing
    total = np.bincount(codes + 1, weights=target, minlength=size)
    means: Floats = (total + PRIOR * target.mean()) / (count + PRIOR)
    predicted: Floats = means[asked + 1]
    return predicted


def _by_number(numbers: NDArray[Any], target: Floats, asked: NDArray[Any]) -> Floats:
    """The predictions: linear interpolation between the means of the bins; where the number is missing, the mean target
    of rows without a number."""
    known = ~np.isnan(numbers)
    if not known.any():
        return np.full(len(asked), target.mean())
    order = np.argsort(numbers[known], kind="stable")
    x, y = numbers[known][order], target[known][order]
    count = max(2, min(MAX_BINS, len(x) // BIN_ROWS))
    starts = np.unique(np.searchsorted(x, x[np.arange(count) * len(x) // count]))  # equal numbers share a bin
    lengths = np.diff(np.append(starts, len(x)))
    mean_x, mean_y = (np.add.reduceat(part, starts) / lengths for part in (x, y))
    missing = (target[~known].sum() + PRIOR * target.mean()) / ((~known).sum() + PRIOR)
    predicted: Floats = np.where(np.isnan(asked), missing, np.interp(asked, mean_x, mean_y))
    return predicted


def average_ranks(values: Floats) -> Floats:
    """The rank of each value, from 1; equal values share the mean of their ranks."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]


def _auc(score: Floats, truth: NDArray[np.bool_]) -> float:
    positives = int(truth.sum())
    ranks = float(average_ranks(score)[truth].sum())
    return (ranks - positives * (positives + 1) / 2) / (positives * (len(truth) - positives))


def _deviation(auc: float, positives: int, negatives: int) -> float:
    first, second = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (first - auc**2) + (negatives - 1) * (second - auc**2)
    return float(np.sqrt(max(0.0, spread) / (positives * negatives)))
