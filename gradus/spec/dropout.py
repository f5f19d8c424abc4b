"""Dropout: the probability that a unit is dropped in training."""

from typing import Annotated

from pydantic import Field

DropoutRate = Annotated[float, Field(ge=0, lt=1)]
"""Probability p that a unit is dropped. Inverted dropout: kept values are divided by 1 - p, so evaluation needs no
scaling.

Source: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, 2014.
"""
