"""Penalty cases: the L1 and L2 penalties of weight vectors, and their effect on the weights."""

from typing import Annotated

from pydantic import Field

from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Number

Weights = Annotated[
    tuple[Annotated[float, Field(ge=-100, le=100)], ...], Field(strict=False, min_length=1, max_length=8)
]


class PenaltyCases(SpecModel):
    """The penalties of weight vectors, as in a spec: L1 = Σ|w| and L2 = Σw² (no factor 1/2); and how gradient descent
    on each penalty alone changes the last vector.

    The first three vectors give the same output for the input (1, 1, 1, 1), and have the same L1; L2 prefers the one
    that uses all inputs a little. L1 pulls every weight towards 0 with the same force, so that small weights reach 0;
    L2 pulls in proportion to the weight, so that none does.
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
    """A row for each step, from the start. A weight that has reached 0 oscillates around it by at most one step, as in
    training."""
    under_l2: tuple[tuple[Number, ...], ...]
