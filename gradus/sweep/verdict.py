"""The verdict on a difference: better, worse, or no clear difference."""

from gradus.sweep.objective import Objective
from gradus.wire.sweep import Difference, Verdict


def verdict(objective: Objective, difference: Difference) -> Verdict:
    """Better or worse if zero is outside the confidence interval; else no clear difference."""
    low, high = difference.ci95
    if low <= 0 <= high:
        return Verdict.CANNOT_TELL
    return Verdict.BETTER if objective.key(difference.mean) < 0 else Verdict.WORSE
