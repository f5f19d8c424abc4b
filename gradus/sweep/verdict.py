"""A difference in a word: which way it points, if its interval says so."""

from gradus.sweep.objective import Objective
from gradus.wire.sweep import Difference, Verdict


def verdict(objective: Objective, difference: Difference) -> Verdict:
    """Better or worse where zero is outside the interval; else the two cannot be told apart."""
    low, high = difference.ci95
    if low <= 0 <= high:
        return Verdict.CANNOT_TELL
    return Verdict.BETTER if objective.key(difference.mean) < 0 else Verdict.WORSE
