"""Batch normalisation of a layer's weighted sum."""

from typing import Annotated, Literal

from pydantic import Field

from gradus.spec.word import Word, switch


class BatchNorm(Word, title="Batch normalisation"):
    """y = gamma · (z - mean) / sqrt(var + eps) + beta, over the batch; running statistics at evaluation.

    running ← (1 - momentum) · running + momentum · batch, with the unbiased batch variance, as `torch.nn.BatchNorm1d`.
    Source: Ioffe & Szegedy, Batch normalization, 2015.
    """

    momentum: float = Field(default=0.1, gt=0, le=1)
    """Weight of the newest batch in the running mean and variance."""
    eps: float = Field(default=1e-5, gt=0, le=1)
    """Added to the variance before the root."""


BatchNormSetting = Annotated[Literal[False] | BatchNorm, switch()]
"""`false`, or the batch normalisation; `true` stands for the one with all defaults."""
