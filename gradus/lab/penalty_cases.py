"""Penalty cases: what L1 and L2 charge for weights, and what they make of them."""

from typing import Annotated

from pydantic import Field

from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Number

Weights = Annotated[
    tuple[Annotated[float, Field(ge=-100, le=100)], ...], Field(strict=False, min_length=1, max_length=8)
]


class PenaltyCases(SpecModel):
    """The penalties of weight vectors, as a spec has them: L1 = Σ|w| and L2 = Σw² (no half); and what gradient descent
    on each penalty alone makes of the last vector.

    The first three vectors give the same output for the input (1, 1, 1, 1), and have the same L1; L2 prefers the one
    that uses all inputs a little. L1 pulls at every weight with the same force, and so makes small ones 0; L2 pulls in
    proportion to the weight, and makes none 0.
    """

    cases: Annotated[tuple[Weights, ...], Field(strict=False, min_length=1, max_length=8)] = (
        (1.0, 0.0, 0.0, 0.0),
        (0.5, 0.5, 0.0, 0.0),
        (0.25, 0.25, 0.25, 0.25),
        (1.0, 0.5, 0.25, -0.1),
    )
    """Weight vectors."""
    strength: float = Field(default=0.1, ge=0, le=10)
    """Factor of the penalty, `l1` or `l2` of a spec."""
    lr: float = Field(default=0.1, gt=0, le=1)
    """Learning rate of the gradient descent on the penalty alone."""
    steps: int = Field(default=120, ge=1, le=500)
    """Number of steps."""


class PenaltyCase(Message):
    """One weight vector."""

    weights: tuple[Number, ...]
    l1: Number
    """Σ|w|."""
    l2: Number
    """Σw²."""
    l1_gradient: tuple[Number, ...]
    """sign(w), 0 at 0."""
    l2_gradient: tuple[Number, ...]
    """2w."""


class PenaltyCasesResult(Message):
    """The cases, and the last one's weights after each step under each penalty."""

    cases: tuple[PenaltyCase, ...]
    under_l1: tuple[tuple[Number, ...], ...]
    """A row for each step, from the start. A weight that has come to 0 swings around it by at most a step, as in
    training."""
    under_l2: tuple[tuple[Number, ...], ...]
