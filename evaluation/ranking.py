"""How well a score ranks the positive examples before the negative ones: areas under curves, as statistics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Floats
from evaluation.statistics import Chosen, Prepared, Statistic


@dataclass(frozen=True, eq=False)
class _Ranked:
    """Examples by decreasing score; equal scores are one group."""

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    """The position at which each group of equal scores begins."""
    positive: Floats

    def sums(self, counts: Floats) -> tuple[Floats, Floats]:
        """The total weight of the positive and of all examples in each group, each (draws, groups)."""
        ordered = counts[:, self.order]
        positive = ordered * self.positive
        if len(self.starts) == len(self.order):
            return positive, ordered
        return np.add.reduceat(positive, self.starts, axis=1), np.add.reduceat(ordered, self.starts, axis=1)


def auc(scores: Floats, positive: NDArray[np.bool_]) -> Statistic:
    """Area under the ROC curve: the probability that a positive example has a larger score than a negative one; a tie
    counts half. Undefined unless there are positive and negative examples. `scores` and `positive` are (n,)."""

    def prepare(chosen: Chosen) -> Prepared:
        ranked = _ranked(scores[chosen], positive[chosen])

        def areas(counts: Floats) -> Floats:
            hits, all_ = ranked.sums(counts)
            misses = all_ - hits
            above = hits.cumsum(axis=1) - hits / 2  # positives that are ranked before each negative
            area = (misses * above).sum(axis=1)
            return _quotient(area, hits.sum(axis=1) * misses.sum(axis=1))

        return areas

    return prepare


def average_precision(scores: Floats, positive: NDArray[np.bool_]) -> Statistic:
    """Σ over the thresholds of precision times the increase of recall. Undefined without positive examples."""

    def prepare(chosen: Chosen) -> Prepared:
        ranked = _ranked(scores[chosen], positive[chosen])

        def precisions(counts: Floats) -> Floats:
            hits, all_ = ranked.sums(counts)
            seen = all_.cumsum(axis=1)
            precision = np.divide(hits.cumsum(axis=1), seen, out=np.zeros_like(seen), where=seen > 0)
            return _quotient((precision * hits).sum(axis=1), hits.sum(axis=1))

        return precisions

    return prepare


def _ranked(scores: Floats, positive: NDArray[np.bool_]) -> _Ranked:
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(order) else order
    return _Ranked(order, starts, positive[order].astype(np.float64))


def _quotient(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
