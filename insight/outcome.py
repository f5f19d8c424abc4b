"""The outcome gate: whether a run learns decides how grave a finding about it is.

What looks sick within a network that learns is a note. Published detectors that judge raw values alone raise alarms on
36 % to 100 % of healthy networks.
"""

from math import isfinite, sqrt

from gradus.wire.finding import Severity
from insight.run import Run

AT_PRIOR = 0.98
"""Share of a constant prediction's loss from which on nothing has been learned."""
MARGIN = 0.02
WELL = 0.2
"""Share of a constant prediction's error, or loss, up to which a classifier has learned well: an accuracy of 82 % with
ten classes."""
STRICT = 0.1
"""The same where the mechanism is certain, and only its harm is in doubt."""
REGRESSION = 0.65
"""The same for regression, whose noise nobody can predict: R² of 0.35."""


def is_at_prior(run: Run) -> bool:
    """Whether no epoch was better on the validation split than a constant prediction: the accuracy by two standard
    errors and 2 points, or the loss by 2 %."""
    prior = run.prior
    if prior is None or not run.rows:
        return False
    if prior.accuracy is not None and run.accuracies:
        error = sqrt(prior.accuracy * (1 - prior.accuracy) / max(run.data.validation_examples, 1))
        if max(run.accuracies) > prior.accuracy + 2 * error + MARGIN:
            return False
    return best_remaining(run) >= AT_PRIOR


def best_remaining(run: Run) -> float:
    """The lowest validation loss as a share of the constant prediction's; infinite if none is finite."""
    return min((run.remaining(loss) for loss in run.validation_losses if isfinite(loss)), default=float("inf"))


def error_remaining(run: Run) -> float:
    """The share of the constant prediction's errors that the best epoch still makes; for regression, of its loss."""
    prior = run.prior
    if prior is None or prior.accuracy is None or not run.accuracies or prior.accuracy >= 1:
        return best_remaining(run)
    return min((1 - max(run.accuracies)) / (1 - prior.accuracy), best_remaining(run))


def learns_well(run: Run, limit: float = WELL) -> bool:
    """Whether most of what can be learned has been learned: at most `limit` of the errors are left."""
    return bool(run.rows) and error_remaining(run) <= (REGRESSION if run.data.task == "regression" else limit)


def severity(run: Run, limit: float = WELL) -> Severity:
    """Critical if the run has diverged or is no better than a constant prediction, a note if it learns well."""
    if run.failure is not None or is_at_prior(run):
        return "critical"
    return "note" if learns_well(run, limit) else "warning"
