"""The data of an experiment as the network sees them: shapes, classes and sizes, after the spec has chosen the target,
the inputs and their encodings. Stored with the experiment, so that they are computed only once."""

from math import prod
from typing import Literal

from gradus.spec.loss import Task
from gradus.wire.message import Message

BlockKind = Literal["number", "category", "embedding", "date", "flag", "pixels", "array"]


class InputBlock(Message):
    """Consecutive inputs that encode one column."""

    column: str
    kind: BlockKind
    start: int
    """Position of the first input."""
    width: int
    """Number of inputs."""
    size: int | None = None
    """For an embedding: the numbers in each learned vector. `width` is then the number of vectors."""


class DatasetPlan(Message):
    """The shape of the data of an experiment."""

    task: Task
    input_shape: tuple[int, ...]
    """Shape of one example as the network reads it: (inputs,) for a table, (height, width, channels) or (28, 28) for
    images."""
    image_shape: tuple[int, ...] | None = None
    """Image shape of the inputs, which are in row-major order, if `input_shape` does not give it; null if it does, and
    for other data."""
    classes: tuple[str, ...]
    """Names of the classes, or of the labels in multi-label classification; empty for regression."""
    targets: tuple[str, ...] = ()
    """The target columns; empty for a built-in data set."""
    train_examples: int
    """Training examples in an epoch."""
    validation_examples: int
    test_examples: int
    blocks: tuple[InputBlock, ...] = ()
    """The inputs of a table, in order; empty for a built-in data set."""
    bytes_per_input: int = 4
    """Bytes of one input in the device's memory: 1 for images, which are stored as bytes and converted in each
    batch."""

    @property
    def inputs(self) -> int:
        """Numbers per flattened example."""
        return prod(self.input_shape)

    @property
    def image(self) -> tuple[int, ...] | None:
        """Shape of one example as an image, (height, width) or (height, width, channels); None for other data."""
        if self.image_shape is not None:
            return self.image_shape
        is_image = not self.blocks or (len(self.blocks) == 1 and self.blocks[0].kind == "pixels")
        return self.input_shape if is_image and len(self.input_shape) > 1 else None

    @property
    def outputs(self) -> int:
        """Units of the output layer."""
        return len(self.classes) or len(self.targets) or 1
