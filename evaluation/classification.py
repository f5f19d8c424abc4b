"""The evaluation of a classifier: one class for each example."""

from collections.abc import Mapping

import numpy as np

from evaluation import conformal, statistics
from evaluation.bins import calibration_error, reliability
from evaluation.curves import curves
from evaluation.examples import Examples, Floats, Integers, log_softmax, softmax
from evaluation.metric import Bootstrapped, Measure, Share, averaged, metrics
from evaluation.per_class import class_metrics
from evaluation.ranking import auc, average_precision
from evaluation.sections import Asked, Sections
from evaluation.statistics import Statistic, value
from evaluation.temperature import class_temperature
from evaluation.thresholds import thresholds
from gradus.wire.evaluation import Calibration, Curves, Metric, Reliability, Threshold

MOST_CURVES = 20
MOST_RANKED = 50
"""Ranks of more classes are not bootstrapped: each draw would take as many sums."""


def classification(asked: Asked) -> Sections:
    """All that a report says of a classifier."""
    examples, names = asked.examples, asked.names
    scores, given, said = softmax(examples.outputs), _classes(examples), examples.outputs.argmax(axis=1)
    number = len(names)
    counts = np.bincount(given * number + said, minlength=number**2).reshape(number, number)
    validation = asked.validation
    temperature = None if validation is None else class_temperature(validation)
    return Sections(
        metrics=tuple(_metrics(examples, asked.constant)),
        classes=tuple(names),
        per_class=tuple(class_metrics(name, scores[:, c], given == c, said == c) for c, name in enumerate(names)),
        confusion=tuple(tuple(row) for row in counts.tolist()),
        curves=_curves(scores, asked),
        reliability=_reliability(examples, temperature),
        calibration=None if temperature is None else _calibration(examples, temperature),
        thresholds=() if validation is None else _thresholds(validation, examples, asked.miss_cost),
        conformal=() if validation is None or asked.is_validation else conformal.sets(validation, examples),
    )


def group_metrics(examples: Examples, constant: Floats) -> list[Metric]:
    """The metrics of a group of examples."""
    measures = _measures(examples, constant)
    return metrics({name: measures[name] for name in ("accuracy", "log_loss")}, len(examples))


def _metrics(examples: Examples, constant: Floats) -> list[Metric]:
    measures, number = _measures(examples, constant), examples.outputs.shape[1]
    if number > MOST_RANKED:
        ranks = ("auc", "average_precision")
        found = metrics({name: one for name, one in measures.items() if name not in ranks}, len(examples))
        return [*found, *(_unbootstrapped(name, measures[name], len(examples)) for name in ranks)]
    return metrics(measures, len(examples))


def _unbootstrapped(name: str, measure: Measure, n: int) -> Metric:
    assert isinstance(measure, Bootstrapped)
    return Metric(name=name, value=value(measure.statistic, n), baseline=measure.baseline)


def _measures(examples: Examples, constant: Floats) -> Mapping[str, Measure]:
    """The metrics in the order of the report. Their baselines are those of the constant logits."""
    scores, given, weights, n = softmax(examples.outputs), _classes(examples), examples.weights, len(examples)
    truth = np.eye(scores.shape[1])[given]
    correct = (examples.outputs.argmax(axis=1) == given).astype(np.float64)
    guess, guessed = softmax(constant), int(constant.argmax())
    present = np.flatnonzero(truth.any(axis=0))
    ranked = present if len(present) > 1 else present[:0]
    if scores.shape[1] == 2:
        ranked = ranked[-1:]  # AUC of both is the same, and average precision that of the second class
    recalls = [statistics.ratio(truth[:, c] * correct, truth[:, c]) for c in present]
    areas = [auc(scores[:, c], truth[:, c] > 0) for c in ranked]
    precisions = [average_precision(scores[:, c], truth[:, c] > 0) for c in ranked]
    confidence, true = _confidence(examples)
    known = log_softmax(np.tile(constant, (n, 1)))
    return {
        "accuracy": Share(correct, float((given == guessed).mean()) if n else None),
        "balanced_accuracy": Bootstrapped(statistics.macro(recalls), 1 / max(len(present), 1)),
        "log_loss": averaged(-_given(log_softmax(examples.outputs), given), weights, -_given(known, given)),
        "brier_score": averaged(_brier(scores, truth), weights, _brier(np.tile(guess, (n, 1)), truth)),
        "calibration_error": Bootstrapped(calibration_error(confidence, true)),
        "auc": Bootstrapped(statistics.macro(areas), 0.5, len(ranked)),
        "average_precision": Bootstrapped(
            statistics.macro(precisions),
            float(np.mean([truth[:, c].mean() for c in ranked])) if len(ranked) else None,
            len(ranked),
        ),
    }


def _brier(scores: Floats, truth: Floats) -> Floats:
    """Σ (p - y)² over the classes; of two classes, that of one of them, as in scikit-learn."""
    squares: Floats = np.square(scores - truth).sum(axis=1)
    return squares / 2 if scores.shape[1] == 2 else squares


def _confidence(examples: Examples, temperature: float = 1.0) -> tuple[Floats, Floats]:
    """The probability of the predicted class, or of the second of two, and whether that is given, (n,)."""
    scores, given = softmax(examples.outputs / temperature), _classes(examples)
    if scores.shape[1] == 2:
        return scores[:, 1], (given == 1).astype(np.float64)
    return scores.max(axis=1), (scores.argmax(axis=1) == given).astype(np.float64)


def _reliability(examples: Examples, temperature: float | None) -> Reliability:
    return Reliability(
        of="positive_class" if examples.outputs.shape[1] == 2 else "predicted_class",
        bins=reliability(*_confidence(examples)),
        calibrated=() if temperature is None else reliability(*_confidence(examples, temperature)),
    )


def _calibration(examples: Examples, temperature: float) -> Calibration:
    losses = -_given(log_softmax(examples.outputs / temperature), _classes(examples))
    measured: list[Statistic] = [
        statistics.mean(losses, examples.weights),
        calibration_error(*_confidence(examples, temperature)),
    ]
    log_loss, error = (value(one, len(examples)) for one in measured)
    return Calibration(temperature=temperature, log_loss=log_loss, calibration_error=error)


def _thresholds(validation: Examples, examples: Examples, miss_cost: float) -> tuple[Threshold, ...]:
    if examples.outputs.shape[1] != 2:
        return ()
    chosen, tested = ((softmax(one.outputs)[:, 1], _classes(one) == 1) for one in (validation, examples))
    return thresholds(chosen, tested, miss_cost)


def _curves(scores: Floats, asked: Asked) -> tuple[Curves, ...]:
    """The curves of the most frequent classes that some examples have and others have not."""
    given = _classes(asked.examples)
    support = np.bincount(given, minlength=len(asked.names))
    shown = [c for c in np.argsort(-support, kind="stable")[:MOST_CURVES] if 0 < support[c] < len(given)]
    if len(asked.names) == 2:
        shown = [1] if shown else []
    return tuple(curves(asked.names[c], scores[:, c], given == c) for c in sorted(shown))


def _classes(examples: Examples) -> Integers:
    return examples.targets.astype(np.int64)


def _given(values: Floats, given: Integers) -> Floats:
    """The value of each example's class, (n,)."""
    return np.take_along_axis(values, given[:, None], axis=1)[:, 0]
