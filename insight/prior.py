"""What a network that ignores its inputs would score: the yardstick of everything that is learned."""

from gradus.wire.message import Message, Number


class InputScale(Message):
    """How large the inputs of the training examples are, as the network gets them; of at most 2,000 examples."""

    rms: Number
    """Root mean square of all inputs."""
    largest_deviation: Number
    """The largest standard deviation of an input."""
    deviation_ratio: Number | None = None
    """The largest deviation of a number of a table over the median one; null for images."""


class Prior(Message):
    """The scores of the best constant prediction, and how uneven the classes are."""

    loss: Number
    """Validation loss of the constant prediction, in the unit of the metrics: for classes about their entropy, for a
    squared error the targets' variance."""
    accuracy: Number | None = None
    """Its validation accuracy; null for regression."""
    largest_share: Number | None = None
    """Share of the training examples in the most frequent class; null unless the task is classification."""
    inputs: InputScale | None = None
    """Of the same data; null if nobody has measured it."""
