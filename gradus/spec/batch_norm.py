"""Batch normalisation of a layer's weighted sum."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError

from gradus.spec.spec_model import SpecModel, switch


class BatchNorm(SpecModel, title="Batch normalisation"):
    """y = gamma · (z - mean) / sqrt(var + eps) + beta, over the batch; running statistics at evaluation.

    running ← (1 - momentum) · running + momentum · batch, with the unbiased batch variance, as `torch.nn.BatchNorm1d`.
    Source: Ioffe & Szegedy, Batch normalization, 2015.
    """

    momentum: float = Field(default=0.1, gt=0, le=1)
    """Weight of the newest batch in the running mean and variance."""
    eps: float = Field(default=1e-5, gt=0, le=1)
    """Added to the variance before the root."""


def _no_number(value: Any) -> Any:
    """To Python 0 is False."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    raise PydanticKnownError("literal_error", {"expected": "False"})


Off = Annotated[Literal[False], BeforeValidator(_no_number)]

BatchNormSetting = Annotated[Off | BatchNorm, switch()]
"""`false`, or the batch normalisation; `true` stands for the one with all defaults."""
