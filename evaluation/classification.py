"""The evaluation of a classifier: one class for each example."""

from collections.abc import Mapping

import numpy as np

from evaluation import conformal, statistics
from evaluation.bins import calibration_error, reliability
from evaluation.curves import curves
from evaluation.examples import Examples, Floats, Integers, log_share, of_class
from evaluation.logits import log_softmax, softmax
from evaluation.metric import Bootstrapped, Measure, Plain, Share, average, averaged, metrics
from evaluation.per_class import class_metrics
from evaluation.ranking import auc, average_precision
from evaluation.sections import Asked, Sections
from evaluation.statistics import Statistic, value
from evaluation.temperature import class_temperature
from evaluation.thresholds import thresholds
from gradus.wire.evaluation import Calibration, Curves, Metric, Reliability, Threshold

MOST_CURVES = 20
MOST_RANKED = 50
"""With more classes, ranking metrics have no interval: each bootstrap sample would take as many sums as there are
classes."""


def classification(asked: Asked) -> Sections:
    """All sections of a classifier's report."""
    examples, names = asked.examples, asked.names
    scores, given, said = softmax(examples.outputs), _classes(examples), examples.outputs.argmax(axis=1)
    number = len(names)
    counts = np.bincount(given * number + said, minlength=number**2).reshape(number, number)
    validation = asked.validation
    temperature = None if validation is None else class_temperature(validation)
    return Sections(
        metrics=tuple(metrics(_measures(examples, scores, asked.constant), len(examples))),
        classes=tuple(names),
        per_class=tuple(class_metrics(name, scores[:, c], given == c, said == c) for c, name in enumerate(names)),
        confusion=tuple(tuple(row) for row in counts.tolist()),
        curves=_curves(scores, asked),
        reliability=_reliability(examples, scores, temperature),
        calibration=None if temperature is None else _calibration(examples, temperature),
        thresholds=() if validation is None else _thresholds(validation, examples, asked.miss_cost),
        conformal=() if validation is None or asked.is_validation else conformal.sets(validation, examples),
    )


def group_metrics(examples: Examples, constant: Floats) -> list[Metric]:
    """The metrics of a group of examples."""
    given = _classes(examples)
    found: dict[str, Measure] = {
        "accuracy": _accuracy(examples, given, constant),
        "log_loss": _log_loss(examples, given, constant),
    }
    return metrics(found, len(examples))


def _measures(examples: Examples, scores: Floats, constant: Floats) -> Mapping[str, Measure]:
    """The metrics in the order of the report. Their baselines are the metrics of the constant logits."""
    given, weights, n = _classes(examples), examples.weights, len(examples)
    accuracy, guess = _accuracy(examples, given, constant), softmax(constant)
    present = np.unique(given)
    baseline = _brier(np.full(n, np.square(guess).sum()), guess[given], len(guess))
    squares = np.einsum("ij,ij->i", scores, scores)
    return {
        "accuracy": accuracy,
        "balanced_accuracy": Bootstrapped(
            statistics.mean_of_groups(accuracy.hits, given), 1 / max(len(present), 1), most=1.0
        ),
        "log_loss": _log_loss(examples, given, constant),
        "brier_score": averaged(_brier(squares, of_class(scores, given), len(guess)), weights, baseline),
        "calibration_error": Plain(value(calibration_error(*_confidence(scores, given)), n)),
        **_ranks(scores, given, present if len(present) > 1 else present[:0]),
    }


def _accuracy(examples: Examples, given: Integers, constant: Floats) -> Share:
    hits = (examples.outputs.argmax(axis=1) == given).astype(np.float64)
    return Share(hits, float((given == constant.argmax()).mean()) if len(given) else None)


def _log_loss(examples: Examples, given: Integers, constant: Floats) -> Bootstrapped:
    return averaged(-log_share(examples.outputs, given), examples.weights, -log_softmax(constant)[given])


def _ranks(scores: Floats, given: Integers, ranked: Integers) -> Mapping[str, Measure]:
    """How well the scores tell each class from all others. With more than `MOST_RANKED` classes, the metrics have no
    intervals and are computed for one class after another."""
    if scores.shape[1] == 2:
        ranked = ranked[-1:]  # AUC of both is the same, and average precision that of the second class
    share = average([float((given == c).mean()) for c in ranked]) if len(ranked) else None
    kinds = (("auc", auc, 0.5), ("average_precision", average_precision, share))
    if scores.shape[1] > MOST_RANKED:
        n = len(given)
        return {
            name: Plain(average([value(of(scores[:, c], given == c), n) for c in ranked]), baseline)
            for name, of, baseline in kinds
        }
    masks = [given == c for c in ranked]
    return {
        name: Bootstrapped(
            statistics.macro([of(scores[:, c], mask) for c, mask in zip(ranked, masks, strict=True)]),
            baseline,
            most=1.0,
            columns=len(ranked),
        )
        for name, of, baseline in kinds
    }


def _brier(squares: Floats, of_given: Floats, number: int) -> Floats:
    """Σ (p - y)² over the classes, (n,), from Σ p² and the probability of the given class. With two classes it is the
    square for one of them, as in scikit-learn."""
    summed = np.maximum(squares - np.square(of_given), 0.0) + np.square(1.0 - of_given)
    return summed / 2 if number == 2 else summed


def _confidence(scores: Floats, given: Integers) -> tuple[Floats, Floats]:
    """The confidence of each example and whether it came true, both (n,): the probability of the predicted class or,
    with two classes, of the second one."""
    if scores.shape[1] == 2:
        return scores[:, 1], (given == 1).astype(np.float64)
    return scores.max(axis=1), (scores.argmax(axis=1) == given).astype(np.float64)


def _reliability(examples: Examples, scores: Floats, temperature: float | None) -> Reliability:
    given = _classes(examples)
    calibrated = None if temperature is None else softmax(examples.outputs / temperature)
    return Reliability(
        of="positive_class" if scores.shape[1] == 2 else "predicted_class",
        bins=reliability(*_confidence(scores, given)),
        calibrated=() if calibrated is None else reliability(*_confidence(calibrated, given)),
    )


def _calibration(examples: Examples, temperature: float) -> Calibration:
    given, logits = _classes(examples), examples.outputs / temperature
    measured: list[Statistic] = [
        statistics.mean(-log_share(logits, given), examples.weights),
        calibration_error(*_confidence(softmax(logits), given)),
    ]
    log_loss, error = (value(one, len(examples)) for one in measured)
    return Calibration(temperature=temperature, log_loss=log_loss, calibration_error=error)


def _thresholds(validation: Examples, examples: Examples, miss_cost: float) -> tuple[Threshold, ...]:
    if examples.outputs.shape[1] != 2:
        return ()
    chosen, tested = ((softmax(one.outputs)[:, 1], _classes(one) == 1) for one in (validation, examples))
    return thresholds(chosen, tested, miss_cost)


def _curves(scores: Floats, asked: Asked) -> tuple[Curves, ...]:
    """The curves of the most frequent classes, without classes that no example or every example has."""
    given = _classes(asked.examples)
    support = np.bincount(given, minlength=len(asked.names))
    shown = [c for c in np.argsort(-support, kind="stable")[:MOST_CURVES] if 0 < support[c] < len(given)]
    if len(asked.names) == 2:
        shown = [1] if shown else []
    return tuple(curves(asked.names[c], scores[:, c], given == c) for c in sorted(shown))


def _classes(examples: Examples) -> Integers:
    return examples.targets.astype(np.int64)
