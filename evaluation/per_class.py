"""How well a network recognizes one class or label."""

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Floats
from evaluation.ranking import auc, average_precision
from evaluation.statistics import value
from evaluation.wilson import wilson
from gradus.wire.evaluation import ClassMetrics


def class_metrics(name: str, scores: Floats, given: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> ClassMetrics:
    """Metrics of one class; `scores`, `given` and `predicted` are (n,). Precision, recall and F1 are 0 in place of 0 /
    0, as in scikit-learn."""
    hits, support, said = int((given & predicted).sum()), int(given.sum()), int(predicted.sum())
    n = len(scores)
    return ClassMetrics(
        name=name,
        support=support,
        predicted=said,
        hits=hits,
        precision=hits / said if said else 0.0,
        precision_ci95=wilson(hits, said),
        recall=hits / support if support else 0.0,
        recall_ci95=wilson(hits, support),
        f1=2 * hits / (said + support) if said + support else 0.0,
        auc=value(auc(scores, given), n),
        average_precision=value(average_precision(scores, given), n),
    )
