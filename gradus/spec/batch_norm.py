"""Batch normalization of a layer's weighted sum."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError

from gradus.spec.spec_model import SpecModel, switch


class BatchNorm(SpecModel, title="Batch normalization"):
    """y = gamma · (z - mean) / sqrt(var + eps) + beta, with the batch's mean and variance in training and the running
    ones in evaluation.

    running ← (1 - momentum) · running + momentum · batch, with the unbiased batch variance, as `torch.nn.BatchNorm1d`.
    Source: Ioffe & Szegedy, Batch normalization, 2015.
    """

    momentum: float = Field(default=0.1, gt=0, le=1)
    """Weight of the latest batch in the running mean and variance."""
    eps: float = Field(default=1e-5, gt=0, le=1)
    """Added to the variance before the square root."""


def _refuse_numbers(value: Any) -> Any:
    """Refuse 0, which Python considers equal to False."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    raise PydanticKnownError("literal_error", {"expected": "False"})


Off = Annotated[Literal[False], BeforeValidator(_refuse_numbers)]

BatchNormSetting = Annotated[Off | BatchNorm, switch()]
"""`false` for none, `true` for batch normalization with its defaults, or its parameters."""
