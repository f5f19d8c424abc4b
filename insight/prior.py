"""The scores of a network that ignores its inputs: the baseline for everything that is learned."""

from gradus.wire.message import Message, Number


class InputScale(Message):
    """The scale of the inputs of the training examples, as the network gets them; from at most 2,000 examples."""

    rms: Number
    """Root mean square of all inputs."""
    largest_deviation: Number
    """The largest standard deviation of an input."""
    deviation_ratio: Number | None = None
    """The largest standard deviation of a table's numbers over the median one; null for images."""


class Prior(Message):
    """The scores of the best constant prediction, and how uneven the classes are."""

    loss: Number
    """Validation loss of the constant prediction, in the unit of the metrics: for classes about their entropy, for a
    squared error the targets' variance."""
    train_loss: Number | None = None
    """Training loss of the constant prediction; null if it is unknown."""
    accuracy: Number | None = None
    """Its validation accuracy; null for regression."""
    class_shares: tuple[Number, ...] = ()
    """Share of the training examples in each class; empty unless the task is classification."""
    target_size: Number | None = None
    """For regression: the largest |mean| + standard deviation of a training target, in the unit that the network
    learns, which is 1 for standardized targets; null for other tasks."""
    inputs: InputScale | None = None
    """The scale of the inputs of the same data; null if it has not been measured."""
