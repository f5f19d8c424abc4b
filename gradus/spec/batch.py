"""The batch size: how many examples one training step uses."""

from typing import Annotated, Literal

from pydantic import Field

BatchSize = Annotated[int, Field(ge=1, le=1_000_000)] | Literal["full"]
"""1 = stochastic, n = mini-batch, `"full"` = full-batch gradient descent. The last batch of an epoch may be smaller."""


def examples_per_step(batch_size: int | Literal["full"], examples: int) -> int:
    """Examples in a full batch: the batch size, or all examples if the data set is smaller."""
    return examples if batch_size == "full" else min(batch_size, examples)


def steps_per_epoch(batch_size: int | Literal["full"], examples: int) -> int:
    """Steps in an epoch, including a smaller last batch."""
    return -(-examples // examples_per_step(batch_size, examples))
