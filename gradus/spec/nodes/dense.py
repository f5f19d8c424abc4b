"""The plan of a dense layer."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import ClassVar

from gradus.spec.activation import Activation
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.initializer import ConcreteInitializer, Normal, Ntk, Zeros
from gradus.spec.tensor_plan import TensorPlan, norm_tensors, running_tensors


@dataclass(frozen=True)
class DensePlan:
    """A dense layer. The output layer is a dense layer with the identity activation."""

    kind: ClassVar[str] = "dense"
    held: ClassVar[int] = 0
    passing: ClassVar[int] = 0

    name: str
    """The layer's path in the spec, such as `layers/0`, or `output`; error messages use the same name."""
    inputs: tuple[str, ...]
    fan_in: int
    units: int
    activation: Activation
    init: ConcreteInitializer
    batch_norm: BatchNorm | None
    dropout: float
    bias: bool

    @property
    def in_shape(self) -> tuple[int, ...]:
        """Shape of one example's input."""
        return (self.fan_in,)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example's output."""
        return (self.units,)

    @property
    def input_factor(self) -> float:
        """Factor of the inputs: 1/sqrt(fan_in) in NTK form."""
        return 1 / sqrt(self.fan_in) if isinstance(self.init, Ntk) else 1.0

    @property
    def tensors(self) -> tuple[TensorPlan, ...]:
        """The learned tensors: the weights (fan_in, units), then the vectors."""
        weight = TensorPlan("weight", (self.fan_in, self.units), self.init, is_weight=True)
        bias = (bias_tensor(self.units, self.init),) if self.bias else ()
        return (weight, *bias, *norm_tensors(self.units, self.batch_norm))

    @property
    def running(self) -> tuple[TensorPlan, ...]:
        """The running statistics, which are not learned."""
        return running_tensors(self.units, self.batch_norm)

    @property
    def multiply_adds(self) -> int:
        """Multiply-add operations in the matrix products for one example."""
        return self.fan_in * self.units

    @property
    def parameters(self) -> int:
        """Number of learned parameters: weights, bias, gamma and beta."""
        return sum(tensor.size for tensor in self.tensors)

    @property
    def masked(self) -> int:
        """Number of units that dropout may drop."""
        return self.units

    @property
    def values(self) -> int:
        """Numbers that training keeps for each example: weighted sum, activation, the outputs of batch
        norm and dropout, and in NTK form the scaled inputs; and as many for their gradients."""
        scaled = self.fan_in * isinstance(self.init, Ntk)
        return 2 * (self.units * (2 + (self.batch_norm is not None) + (self.dropout > 0)) + scaled)

    @property
    def widest(self) -> int:
        """Numbers of its widest value for one example in an evaluation."""
        return self.units

    def alike(self) -> "DensePlan":
        """The plan without the parts that may differ between the members of an array."""
        return replace(self, init=init_alike(self.init), dropout=0.0)


def bias_tensor(units: int, init: ConcreteInitializer) -> TensorPlan:
    """The bias of a layer with weights of this initializer."""
    if not isinstance(init, Ntk):
        return TensorPlan("bias", (1, units), 0.0)
    initial = Normal(std=init.bias_std) if init.bias_std else 0.0
    return TensorPlan("bias", (1, units), initial, init.bias_lr_factor)


def init_alike(init: ConcreteInitializer) -> ConcreteInitializer:
    """What the initializers of an array's members have in common: whether they are in NTK form."""
    return Ntk() if isinstance(init, Ntk) else Zeros()
