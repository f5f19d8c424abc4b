"""The examples in a cell of a confusion matrix: the answer of `GET /v1/experiments/{id}/errors`."""

from typing import Any

from gradus.facts import Part
from gradus.wire.message import Message, Number


class ErrorRow(Message):
    """An example, and the network's prediction for it."""

    row: int
    """Position in the data set, from 0; for a built-in data set, in its published training or test file."""
    given: str
    """The true class."""
    predicted: str
    """The class with the largest probability."""
    probability: Number
    """Probability of the predicted class."""
    probability_of_given: Number
    cells: dict[str, Any] | None = None
    """The example's values by column; null for a built-in data set, or if the data set was deleted."""
    image: str | None = None
    """The URL of its picture: a path, or for a built-in data set a `data:` URL; null if it has none."""


class ErrorPage(Message):
    """Examples in a cell of the confusion matrix, most confident predictions first."""

    experiment: str
    epoch: int
    checkpoint: str
    split: Part
    given: str | None
    predicted: str | None
    offset: int
    total: int
    """Number of examples in the cell."""
    data: tuple[ErrorRow, ...]
