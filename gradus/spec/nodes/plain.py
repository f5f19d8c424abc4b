"""What nodes without learned numbers have in common."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from gradus.spec.activation import Activation
from gradus.spec.tensor_plan import TensorPlan


@dataclass(frozen=True)
class PlainNode:
    """A node without learned numbers and dropout."""

    dropout: ClassVar[float] = 0.0
    tensors: ClassVar[tuple[TensorPlan, ...]] = ()
    running: ClassVar[tuple[TensorPlan, ...]] = ()
    parameters: ClassVar[int] = 0
    multiply_adds: ClassVar[int] = 0
    held: ClassVar[int] = 0
    passing: ClassVar[int] = 0

    name: str
    inputs: tuple[str, ...]
    in_shape: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example's output."""
        return self.in_shape

    @property
    def masked(self) -> int:
        """Number of units, none of which is dropped by dropout."""
        return prod(self.shape)

    @property
    def widest(self) -> int:
        """Numbers of its widest value for one example in an evaluation."""
        return prod(self.shape)

    def alike(self) -> Self:
        """The plan itself: no part of it may differ between the members of an array."""
        return self


@dataclass(frozen=True)
class FlattenPlan(PlainNode):
    """An image as a vector, without a copy."""

    kind: ClassVar[str] = "flatten"
    activation: ClassVar[Activation] = "identity"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example's output."""
        return (prod(self.in_shape),)

    @property
    def values(self) -> int:
        """Numbers for one example in memory that the vectors need: their gradient, which the layer after it writes."""
        return prod(self.in_shape)
