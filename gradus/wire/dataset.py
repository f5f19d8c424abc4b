"""Data sets as the server answers them."""

from gradus.spec.loss import Task
from gradus.wire.message import Message
from gradus.wire.tolerant import Open


class DatasetRecord(Message):
    """A data set: its sizes and whether its data are here."""

    name: str
    title: str
    task: Open[Task]
    input_shape: tuple[int, ...]
    inputs: int
    """Numbers in one example."""
    classes: tuple[str, ...]
    """Empty for regression."""
    train_examples: int
    """With the default validation size."""
    validation_examples: int
    """Default."""
    test_examples: int
    available: bool
    """Whether the data are here; if not, the first run that needs them downloads them."""


class DatasetPage(Message):
    """Every data set."""

    data: tuple[DatasetRecord, ...]
