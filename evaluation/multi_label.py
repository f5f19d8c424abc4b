"""The evaluation of several labels: an example can have any of them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evaluation import statistics
from evaluation.bins import calibration_error, reliability
from evaluation.curves import curves
from evaluation.examples import Examples, Floats
from evaluation.logits import log_sigmoid, sigmoid
from evaluation.metric import Bootstrapped, Measure, Share, averaged, metrics
from evaluation.per_class import class_metrics
from evaluation.ranking import auc, average_precision
from evaluation.sections import Asked, Sections
from evaluation.statistics import value
from evaluation.temperature import label_temperature
from gradus.wire.evaluation import Calibration, Metric, Reliability

MOST_CURVES = 20


def multi_label(asked: Asked) -> Sections:
    """All sections of a report on labels. A label is predicted if its probability is more than 1/2."""
    examples, names = asked.examples, asked.names
    scores, given, said = sigmoid(examples.outputs), examples.targets > 0.5, examples.outputs > 0
    temperature = None if asked.validation is None else label_temperature(asked.validation)
    support = given.sum(axis=0)
    frequent = np.argsort(-support, kind="stable")[:MOST_CURVES]
    shown = sorted(label for label in frequent if 0 < support[label] < len(examples))
    columns = [(name, scores[:, c], given[:, c], said[:, c]) for c, name in enumerate(names)]
    return Sections(
        metrics=tuple(metrics(_measures(examples, asked.constant), len(examples))),
        classes=tuple(names),
        per_class=tuple(class_metrics(*column) for column in columns),
        curves=tuple(curves(names[label], scores[:, label], given[:, label]) for label in shown),
        reliability=Reliability(
            of="labels",
            bins=reliability(scores.ravel(), given.ravel().astype(np.float64)),
            calibrated=()
            if temperature is None
            else reliability(sigmoid(examples.outputs / temperature).ravel(), given.ravel().astype(np.float64)),
        ),
        calibration=None if temperature is None else _calibration(examples, temperature),
    )


def group_metrics(examples: Examples, constant: Floats) -> list[Metric]:
    """The metrics of a group of examples."""
    measures = _measures(examples, constant)
    return metrics({name: measures[name] for name in ("accuracy", "log_loss")}, len(examples))


def _measures(examples: Examples, constant: Floats) -> Mapping[str, Measure]:
    """The metrics in the order of the report. Their baselines are the metrics of the constant logits."""
    scores, given, weights = sigmoid(examples.outputs), examples.targets > 0.5, examples.weights
    correct = (examples.outputs > 0) == given
    guess = np.tile(constant, (len(examples), 1))
    mixed = np.flatnonzero(given.any(axis=0) & ~given.all(axis=0))
    precisions = [average_precision(scores[:, c], given[:, c]) for c in mixed]
    return {
        "accuracy": averaged(correct.mean(axis=1), None, ((constant > 0) == given).mean(axis=1)),
        "exact_match": Share(
            correct.all(axis=1).astype(np.float64),
            float(((constant > 0) == given).all(axis=1).mean()) if len(given) else None,
        ),
        "f1": Bootstrapped(statistics.macro([_f1(given[:, c], examples.outputs[:, c] > 0) for c in mixed]), most=1.0),
        "log_loss": averaged(label_losses(examples.outputs, given), weights, label_losses(guess, given)),
        "brier_score": averaged(
            np.square(scores - given).mean(axis=1), weights, np.square(sigmoid(guess) - given).mean(axis=1)
        ),
        "auc": Bootstrapped(
            statistics.macro([auc(scores[:, c], given[:, c]) for c in mixed]), 0.5, 0.0, 1.0, len(mixed)
        ),
        "average_precision": Bootstrapped(
            statistics.macro(precisions), float(given[:, mixed].mean()) if len(mixed) else None, 0.0, 1.0, len(mixed)
        ),
    }


def _f1(given: NDArray[np.bool_], said: NDArray[np.bool_]) -> statistics.Statistic:
    return statistics.ratio((given & said) * np.float64(2), given.astype(np.float64) + said.astype(np.float64))


def label_losses(logits: Floats, given: NDArray[np.bool_]) -> Floats:
    """Mean cross-entropy over the labels of each example, (n,)."""
    losses: Floats = -np.where(given, log_sigmoid(logits), log_sigmoid(-logits)).mean(axis=1)
    return losses


def _calibration(examples: Examples, temperature: float) -> Calibration:
    given, logits = examples.targets > 0.5, examples.outputs / temperature
    loss = statistics.mean(label_losses(logits, given), examples.weights)
    error = calibration_error(sigmoid(logits).ravel(), given.ravel().astype(np.float64))
    return Calibration(
        temperature=temperature,
        log_loss=value(loss, len(examples)),
        calibration_error=value(error, logits.size),
    )
