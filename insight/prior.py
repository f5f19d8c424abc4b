"""What a network that ignores its inputs would score: the yardstick of everything that is learned."""

from gradus.wire.message import Message, Number


class Prior(Message):
    """The scores of the best constant prediction, and how uneven the classes are."""

    loss: Number
    """Validation loss of the constant prediction, in the unit of the metrics: for classes about their entropy, for a
    squared error the targets' variance."""
    accuracy: Number | None = None
    """Its validation accuracy; null for regression."""
    largest_share: Number | None = None
    """Share of the training examples in the most frequent class; null unless the task is classification."""
