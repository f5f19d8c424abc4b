"""Batches: how many examples one step sees."""

from typing import Annotated, Literal

from pydantic import Field

BatchSize = Annotated[int, Field(ge=1, le=1_000_000)] | Literal["full"]
"""1 = stochastic, n = mini-batch, `"full"` = batch gradient descent. The last batch of an epoch may be smaller."""


def examples_per_step(batch_size: int | Literal["full"], examples: int) -> int:
    """Examples in every full step; never more than there are."""
    return examples if batch_size == "full" else min(batch_size, examples)


def steps_per_epoch(batch_size: int | Literal["full"], examples: int) -> int:
    """Steps in an epoch, a smaller last one included."""
    return -(-examples // examples_per_step(batch_size, examples))
