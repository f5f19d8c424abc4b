"""The plan of the sum at the end of a residual connection."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from gradus.spec.activation import FROM_VALUE, Activation
from gradus.spec.nodes.plain import PlainNode


@dataclass(frozen=True)
class AddPlan(PlainNode):
    """activation(x₁ + x₂ + …): the sum of all inputs, which have one shape."""

    kind: ClassVar[str] = "add"

    activation: Activation

    @property
    def values(self) -> int:
        """Numbers that training keeps for each example: the sum, the activation unless it overwrites the sum, and
        a copy of the gradient for each input but the first."""
        activated = self.activation != "identity" and self.activation not in FROM_VALUE
        return prod(self.shape) * (len(self.inputs) + activated)
