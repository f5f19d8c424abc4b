"""Every metric against scikit-learn, to 1e-12."""

import numpy as np
import pytest
from sklearn import metrics as reference
from sklearn.calibration import calibration_curve

from evaluation.classification import classification
from evaluation.examples import Examples
from evaluation.logits import sigmoid, softmax
from evaluation.multi_label import multi_label
from evaluation.regression import regression
from evaluation.sections import Sections
from tests.unit.evaluation.predictions import asked, classes, labels, numbers

CLASSES = [
    classes(300, 2),
    classes(300, 2, ties=True),
    classes(301, 5),
    classes(400, 3, weighted=True),
    classes(400, 4, ties=True),
]


def values(sections: Sections) -> dict[str, float]:
    return {metric.name: metric.value for metric in sections.metrics}


@pytest.mark.parametrize("examples", CLASSES)
def test_metrics_of_classes(examples: Examples) -> None:
    found, y = values(classification(asked(examples))), examples.targets
    p, said = softmax(examples.outputs), examples.outputs.argmax(1)
    two = p.shape[1] == 2
    score = p[:, 1] if two else p
    truth = y if two else np.eye(p.shape[1])[y.astype(int)]
    expected = {
        "accuracy": reference.accuracy_score(y, said),
        "balanced_accuracy": reference.balanced_accuracy_score(y, said),
        "log_loss": reference.log_loss(y, p, sample_weight=examples.weights),
        "brier_score": reference.brier_score_loss(y, score, sample_weight=examples.weights),
        "auc": reference.roc_auc_score(y, score, multi_class="ovr"),
        "average_precision": reference.average_precision_score(truth, score),
    }
    error = found.pop("calibration_error")
    assert found == pytest.approx(expected, abs=1e-12)
    assert 0 <= error <= 1


@pytest.mark.parametrize("examples", CLASSES)
def test_metrics_of_each_class_and_the_confusion(examples: Examples) -> None:
    sections, y = classification(asked(examples)), examples.targets
    p, said = softmax(examples.outputs), examples.outputs.argmax(1)
    assert sections.confusion == tuple(map(tuple, reference.confusion_matrix(y, said).tolist()))
    precision, recall, f1, support = reference.precision_recall_fscore_support(y, said)
    for c, one in enumerate(sections.per_class):
        assert (one.support, one.predicted) == (support[c], (said == c).sum())
        found = one.precision, one.recall, one.f1, one.auc, one.average_precision
        of_class = reference.roc_auc_score(y == c, p[:, c]), reference.average_precision_score(y == c, p[:, c])
        assert found == pytest.approx((precision[c], recall[c], f1[c], *of_class), abs=1e-12)


def test_metrics_of_labels() -> None:
    examples = labels(300, 4)
    sections, y, p = multi_label(asked(examples)), examples.targets, sigmoid(examples.outputs)
    said = p > 0.5
    found = values(sections)
    expected = {
        "accuracy": 1 - reference.hamming_loss(y, said),
        "exact_match": reference.accuracy_score(y, said),
        "f1": reference.f1_score(y, said, average="macro"),
        "log_loss": np.mean([reference.log_loss(y[:, i], p[:, i]) for i in range(4)]),
        "brier_score": np.mean([reference.brier_score_loss(y[:, i], p[:, i]) for i in range(4)]),
        "auc": reference.roc_auc_score(y, p),
        "average_precision": reference.average_precision_score(y, p),
    }
    assert found == pytest.approx(expected, abs=1e-12)
    confusions = reference.multilabel_confusion_matrix(y, said)
    for one, ((_, alarms), (misses, hits)) in zip(sections.per_class, confusions, strict=True):
        assert (one.hits, one.predicted, one.support) == (hits, hits + alarms, hits + misses)


@pytest.mark.parametrize("weighted", [False, True])
def test_metrics_of_numbers(weighted: bool) -> None:
    examples = numbers(501, 2, weighted=weighted)
    sections = regression(asked(examples))
    for column, name in enumerate(("c0", "c1")):
        y, p, w = examples.targets[:, column], examples.outputs[:, column], examples.weights
        expected = {
            "rmse": reference.root_mean_squared_error(y, p, sample_weight=w),
            "mae": reference.mean_absolute_error(y, p, sample_weight=w),
            "r2": reference.r2_score(y, p, sample_weight=w),
            "median_error": reference.median_absolute_error(y, p),
        }
        found = {one.name: one.value for one in sections.metrics if one.target == name}
        assert found == pytest.approx(expected, abs=1e-12)


def test_curves_go_through_the_points_of_the_reference() -> None:
    examples = classes(2000, 2)
    (curve,), y = classification(asked(examples)).curves, examples.targets
    p = softmax(examples.outputs)[:, 1]
    for points, expected in (
        (
            list(zip(curve.roc.false_positive_rate, curve.roc.true_positive_rate, strict=True)),
            reference.roc_curve(y, p, drop_intermediate=False)[:2],
        ),
        (
            list(zip(curve.precision_recall.precision, curve.precision_recall.recall, strict=True)),
            reference.precision_recall_curve(y, p)[:2],
        ),
    ):
        known = np.stack(expected, axis=1)
        assert 100 < len(points) <= 200
        assert max(np.abs(known - point).max(axis=1).min() for point in points) < 1e-12
    assert curve.roc.threshold[0] == np.inf
    assert (curve.roc.false_positive_rate[-1], curve.roc.true_positive_rate[-1]) == (1, 1)


def test_reliability_is_that_of_the_reference() -> None:
    examples = classes(1500, 2)
    reliability, p = classification(asked(examples)).reliability, softmax(examples.outputs)[:, 1]
    assert reliability is not None
    share, confidence = calibration_curve(examples.targets, p, n_bins=15, strategy="quantile")
    assert [one.n for one in reliability.bins] == [100] * 15
    assert [one.share for one in reliability.bins] == pytest.approx(share, abs=1e-12)
    assert [one.confidence for one in reliability.bins] == pytest.approx(confidence, abs=1e-12)
    error = values(classification(asked(examples)))["calibration_error"]
    assert error == pytest.approx(np.abs(share - confidence).mean(), abs=1e-12)
