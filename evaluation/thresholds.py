"""Thresholds between two classes, chosen on the validation split and measured on another."""

from typing import Literal, assert_never

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Floats
from gradus.wire.evaluation import Threshold

Criterion = Literal["f1", "youden", "cost"]
CRITERIA: tuple[Criterion, ...] = ("f1", "youden", "cost")
Positive = NDArray[np.bool_]


Scored = tuple[Floats, Positive]
"""The probability of the second class and whether it is given, for each example, both (n,)."""


def thresholds(validation: Scored, tested: Scored, miss_cost: float) -> tuple[Threshold, ...]:
    """The best threshold by each criterion."""
    return tuple(_measured(one, best(*validation, one, miss_cost), *tested, miss_cost) for one in CRITERIA)


def best(scores: Floats, positive: Positive, criterion: Criterion, miss_cost: float) -> float:
    """The threshold that is best by the criterion: the second class is predicted from this probability on. It lies
    halfway between two scores, above all of them (1) or below all (0)."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    ends = np.flatnonzero(np.concatenate([ordered[1:] != ordered[:-1], [True]]))
    hits = np.concatenate([[0.0], positive[order].cumsum()[ends]])
    alarms = np.concatenate([[0.0], ends + 1.0]) - hits
    value = _values(hits, alarms, criterion, miss_cost)
    place = int(np.argmax(value))
    if place == 0:
        return 1.0 if ordered[0] < 1 else float(np.nextafter(1.0, 2.0))
    if place == len(ends):
        return 0.0
    return float((ordered[ends[place - 1]] + ordered[ends[place - 1] + 1]) / 2)


def _values(hits: Floats, alarms: Floats, criterion: Criterion, miss_cost: float) -> Floats:
    """The value of the criterion at each threshold; larger is better."""
    positives, negatives = hits[-1], alarms[-1]
    match criterion:
        case "f1":
            return np.asarray(2 * hits / np.maximum(positives + hits + alarms, 1.0))
        case "youden":
            return np.asarray(hits / max(positives, 1.0) - alarms / max(negatives, 1.0))
        case "cost":
            return np.asarray(-(alarms + miss_cost * (positives - hits)))
        case _:
            assert_never(criterion)


def _measured(
    criterion: Criterion, threshold: float, scores: Floats, positive: Positive, miss_cost: float
) -> Threshold:
    said = scores >= threshold
    hits, alarms, misses = (float(one.sum()) for one in (said & positive, said & ~positive, ~said & positive))
    n = max(len(scores), 1)
    return Threshold(
        criterion=criterion,
        threshold=threshold,
        precision=hits / (hits + alarms) if hits + alarms else 0.0,
        recall=hits / (hits + misses) if hits + misses else 0.0,
        f1=2 * hits / (2 * hits + alarms + misses) if hits + alarms + misses else 0.0,
        accuracy=float((said == positive).mean()) if len(scores) else float("nan"),
        cost=(alarms + miss_cost * misses) / n,
    )
