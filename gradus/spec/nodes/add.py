"""The plan of the sum at the end of a residual connection."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from gradus.spec.activation import Activation
from gradus.spec.nodes.plain import PlainNode


@dataclass(frozen=True)
class AddPlan(PlainNode):
    """activation(x₁ + x₂ + …): the sum of all inputs, which have one shape."""

    kind: ClassVar[str] = "add"

    activation: Activation

    @property
    def values(self) -> int:
        """Numbers that it computes for one example in training: sum and activation, and in the backward pass a copy of
        the gradient for each input but the first."""
        return prod(self.shape) * (len(self.inputs) + (self.activation != "identity"))
