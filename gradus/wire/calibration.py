"""What the validation split says of a network's answers: the answer of `GET /v1/experiments/{id}/calibration`."""

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
    """An interval is the prediction plus and minus this, for the levels 0.5, 0.501, … 0.999; infinite where the split
    has too few examples."""

    def half_width(self, level: float) -> float:
        """The half width for a level, which is rounded up to a thousandth."""
        return self.half_widths[ceil(round(1000 * level, 6)) - LEAST_LEVEL]


class CalibrationRecord(Message):
    """What is fitted to the validation split, so that answers come true as often as they say."""

    experiment: str
    epoch: int
    checkpoint: str
    task: Task
    n: int
    """Examples of the validation split."""
    temperature: Number | None
    """Logits divided by it have the least log loss there; 1 if no temperature makes it least; null for regression."""
    note: str | None = None
    """Why the temperature is 1, if no temperature makes the log loss least."""
    intervals: tuple[TargetIntervals, ...]
    """Of regression; else empty."""
