"""The files of the answer to an `OutcomesQuestion`, which workers write and the API reads."""

from gradus.wire.message import Message

OUTCOMES = "outcomes.npy"
OUTCOMES_DTYPE = [
    ("row", "<i8"),
    ("given", "<i4"),
    ("predicted", "<i4"),
    ("probability", "<f8"),
    ("probability_of_given", "<f8"),
]
"""The elements of `outcomes.npy`, one for each example: first the errors, then the correct predictions, both by
decreasing probability of the predicted class."""
PICTURES = "pictures.npy"
"""Pixels (m, height, width, channels) of the first m errors; the file is missing if the inputs are not images."""


class OutcomesAnswer(Message):
    """The part of the answer that is not in the files."""

    n: int
    """Number of examples."""
    classes: tuple[str, ...]
