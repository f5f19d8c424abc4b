"""What a network sees of a data set, once the spec has said what is the target, what are inputs and how they are
encoded: shapes, classes and sizes. Stored with the experiment, so that nothing computes it twice."""

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
    """Shape of one example as the network gets it: (inputs,) for a table, (height, width, channels) or (28, 28) for
    images."""
    image_shape: tuple[int, ...] | None = None
    """Shape of the image that the inputs are in row-major order, if `input_shape` does not say; null if it does, and
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
    """Memory of one input on the device: 1 for images, whose bytes are converted in each batch."""

    @property
    def inputs(self) -> int:
        """Numbers per flattened example."""
        return prod(self.input_shape)

    @property
    def image(self) -> tuple[int, ...] | None:
        """Shape of the one image that an example is, (height, width) or (height, width, channels); None for others."""
        if self.image_shape is not None:
            return self.image_shape
        is_image = not self.blocks or (len(self.blocks) == 1 and self.blocks[0].kind == "pixels")
        return self.input_shape if is_image and len(self.input_shape) > 1 else None

    @property
    def outputs(self) -> int:
        """Units of the output layer."""
        return len(self.classes) or len(self.targets) or 1
