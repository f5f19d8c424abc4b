"""ROC and precision-recall curves at few points."""

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Floats
from gradus.wire.evaluation import Curves, PrecisionRecallCurve, RocCurve

MOST_POINTS = 200


def curves(name: str, scores: Floats, positive: NDArray[np.bool_]) -> Curves:
    """Both curves of a score; `scores` and `positive` are (n,).

    They have a point at each threshold, or at `MOST_POINTS` thresholds about equally far apart on the ROC curve, with
    the first and the last.
    """
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.flatnonzero(np.concatenate([ordered[1:] != ordered[:-1], [True]]))  # of each group of equal scores
    hits = positive[order].cumsum()[last].astype(np.float64)
    misses = last + 1.0 - hits
    thresholds = ordered[last]
    roc = _roc(hits, misses, thresholds)
    kept = _spread(hits, misses)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision_recall = PrecisionRecallCurve(
            recall=_listed((hits / hits[-1])[kept]),
            precision=_listed((hits / (hits + misses))[kept]),
            threshold=_listed(thresholds[kept]),
        )
    return Curves(name=name, roc=roc, precision_recall=precision_recall)


def _roc(hits: Floats, misses: Floats, thresholds: Floats) -> RocCurve:
    """The ROC curve; it begins at (0, 0), the point of a threshold above all scores."""
    hits, misses = np.concatenate([[0.0], hits]), np.concatenate([[0.0], misses])
    kept = _spread(hits, misses)
    with np.errstate(invalid="ignore", divide="ignore"):
        return RocCurve(
            false_positive_rate=_listed((misses / misses[-1])[kept]),
            true_positive_rate=_listed((hits / hits[-1])[kept]),
            threshold=_listed(np.concatenate([[np.inf], thresholds])[kept]),
        )


def _spread(hits: Floats, misses: Floats) -> NDArray[np.intp]:
    """Positions of the points to show."""
    if len(hits) <= MOST_POINTS:
        return np.arange(len(hits))
    along = hits / max(hits[-1], 1.0) + misses / max(misses[-1], 1.0)
    wanted = np.linspace(along[0], along[-1], MOST_POINTS)
    return np.unique(np.concatenate([[0], np.searchsorted(along, wanted[1:-1]), [len(along) - 1]]))


def _listed(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())
