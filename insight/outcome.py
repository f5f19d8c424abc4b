"""The outcome gate: how severe a finding is depends on whether the run learns.

What looks unhealthy in a network that learns is a note. Published detectors that judge raw values alone raise alarms on
36 % to 100 % of healthy networks.
"""

from math import isfinite, sqrt

from gradus.wire.finding import Severity
from insight.run import Run

AT_PRIOR = 0.98
"""Share of a constant prediction's loss above which nothing has been learned."""
MARGIN = 0.02
WELL = 0.2
"""Share of a constant prediction's error, or loss, below which a classifier has learned well: with ten classes, an
accuracy of 82 %."""
STRICT = 0.1
"""Replaces `WELL` for findings whose mechanism is certain, and only the harm is in doubt."""
REGRESSION = 0.65
"""Replaces `WELL` for regression, where noise in the targets cannot be predicted: an R² of 0.35."""


def is_at_prior(run: Run) -> bool:
    """Whether no epoch was better on the validation split than a constant prediction. Better means an accuracy higher
    by two standard errors and 2 points, or a loss lower by 2 %."""
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
    """The share of the constant prediction's errors that the best epoch still makes, or of its loss if that is less;
    for regression, of its loss."""
    prior = run.prior
    if prior is None or prior.accuracy is None or not run.accuracies or prior.accuracy >= 1:
        return best_remaining(run)
    return min((1 - max(run.accuracies)) / (1 - prior.accuracy), best_remaining(run))


def learns_well(run: Run, limit: float = WELL) -> bool:
    """Whether most of what can be learned has been learned: at most `limit` of the errors are left."""
    return bool(run.rows) and error_remaining(run) <= (REGRESSION if run.data.task == "regression" else limit)


def severity(run: Run, limit: float = WELL) -> Severity:
    """Critical if the run has failed or is no better than a constant prediction, a note if it learns well, else a
    warning."""
    if run.failure is not None or is_at_prior(run):
        return "critical"
    return "note" if learns_well(run, limit) else "warning"
