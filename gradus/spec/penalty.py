"""Penalties on the size of the weights, added to the loss."""

from typing import Annotated

from pydantic import Field

PenaltyFactor = Annotated[float, Field(ge=0, le=1000)]
"""Factor of l1·Σ|w| or l2·Σw² (no half). Weights only: never biases, gamma or beta."""
