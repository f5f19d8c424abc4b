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
"""The elements of `outcomes.npy`, one for each example: first the errors, then what is right, each by decreasing
probability of the predicted class."""
PICTURES = "pictures.npy"
"""Pixels (m, height, width, channels) of the first m errors; missing for inputs that are no images."""


class OutcomesAnswer(Message):
    """What is known beside the files."""

    n: int
    """Examples."""
    classes: tuple[str, ...]
