"""The calibration of a network on the validation split: the answer of `GET /v1/experiments/{id}/calibration`."""

from math import ceil

from gradus.spec.loss import Task
from gradus.wire.message import Message, Number

LEAST_LEVEL = 500
MOST_LEVEL = 999
"""Levels of intervals, in thousandths."""


class TargetIntervals(Message):
    """Split-conformal intervals around the predictions of one target."""

    target: str
    half_widths: tuple[Number, ...]
    """Half-widths for the levels 0.5, 0.501, … 0.999: an interval is the prediction plus and minus this; infinite if
    the split has too few examples."""

    def half_width(self, level: float) -> float:
        """The half-width for a level, which is rounded up to a thousandth."""
        return self.half_widths[ceil(round(1000 * level, 6)) - LEAST_LEVEL]


class CalibrationRecord(Message):
    """The calibration fitted on the validation split, so that predictions come true as often as their probabilities
    say."""

    experiment: str
    epoch: int
    checkpoint: str
    task: Task
    n: int
    """Examples of the validation split."""
    temperature: Number | None
    """The temperature by which logits are divided to minimize the log loss on the validation split; 1 if there is no
    minimum; null for regression."""
    note: str | None = None
    """Why the temperature is 1, if the log loss has no minimum."""
    intervals: tuple[TargetIntervals, ...]
    """The intervals of a regression's targets; empty for other tasks."""
