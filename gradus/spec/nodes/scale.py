"""The plan of a layer of learned factors."""

from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar

from gradus.spec.activation import Activation
from gradus.spec.tensor_plan import TensorPlan


@dataclass(frozen=True)
class ScalePlan:
    """A layer of learned factors, one for each input."""

    kind: ClassVar[str] = "scale"
    held: ClassVar[int] = 0
    passing: ClassVar[int] = 0
    activation: ClassVar[Activation] = "identity"
    dropout: ClassVar[float] = 0.0
    running: ClassVar[tuple[TensorPlan, ...]] = ()

    name: str
    inputs: tuple[str, ...]
    in_shape: tuple[int, ...]
    lr_factor: float

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example's output."""
        return self.in_shape

    @property
    def units(self) -> int:
        """Number of factors."""
        return prod(self.in_shape)

    @property
    def tensors(self) -> tuple[TensorPlan, ...]:
        """The factors."""
        return (TensorPlan("scale", (1, self.units), 1.0, self.lr_factor),)

    @property
    def multiply_adds(self) -> int:
        """Multiplications for one example."""
        return self.units

    @property
    def parameters(self) -> int:
        """Number of factors."""
        return self.units

    @property
    def masked(self) -> int:
        """Number of units, none of which is dropped by dropout."""
        return self.units

    @property
    def values(self) -> int:
        """Numbers that training keeps for each example: its output, a product, and their gradients."""
        return 4 * self.units

    @property
    def widest(self) -> int:
        """Numbers of its widest value for one example in an evaluation."""
        return self.units

    def alike(self) -> "ScalePlan":
        """The plan without the parts that may differ between the members of an array."""
        return replace(self, lr_factor=1.0)
