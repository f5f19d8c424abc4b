"""The plan of a convolution."""

from dataclasses import dataclass, replace
from math import prod, sqrt
from typing import ClassVar

from gradus.spec.activation import FROM_VALUE, Activation
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.initializer import ConcreteInitializer, Ntk
from gradus.spec.nodes.dense import bias_tensor, init_alike
from gradus.spec.tensor_plan import TensorPlan, norm_tensors, running_tensors


@dataclass(frozen=True)
class ConvPlan:
    """A convolution; depthwise if there are as many groups as input channels."""

    kind: ClassVar[str] = "conv"

    name: str
    inputs: tuple[str, ...]
    in_shape: tuple[int, ...]
    """(height, width, channels)."""
    channels: int
    kernel: int
    stride: int
    padding: tuple[int, int]
    """Zeros before the first and after the last row, and column."""
    dilation: int
    groups: int
    activation: Activation
    init: ConcreteInitializer
    batch_norm: BatchNorm | None
    dropout: float
    bias: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example's output, (height, width, channels)."""
        extent = self.dilation * (self.kernel - 1) + 1
        height, width = ((n + sum(self.padding) - extent) // self.stride + 1 for n in self.in_shape[:2])
        return height, width, self.channels

    @property
    def units(self) -> int:
        """Number of output channels."""
        return self.channels

    @property
    def fan_in(self) -> int:
        """Number of inputs of each weighted sum."""
        return self.kernel**2 * (self.in_shape[2] // self.groups)

    @property
    def input_factor(self) -> float:
        """Factor of the inputs: 1/sqrt(fan_in) in NTK form."""
        return 1 / sqrt(self.fan_in) if isinstance(self.init, Ntk) else 1.0

    @property
    def tensors(self) -> tuple[TensorPlan, ...]:
        """The learned tensors: the weights (kernel · kernel · channels_in / groups, channels), then the vectors."""
        fan_out = self.kernel**2 * (self.channels // self.groups)
        weight = TensorPlan("weight", (self.fan_in, self.channels), self.init, is_weight=True, fan_out=fan_out)
        bias = (bias_tensor(self.channels, self.init),) if self.bias else ()
        return (weight, *bias, *norm_tensors(self.channels, self.batch_norm))

    @property
    def running(self) -> tuple[TensorPlan, ...]:
        """The running statistics, which are not learned."""
        return running_tensors(self.channels, self.batch_norm)

    @property
    def multiply_adds(self) -> int:
        """Multiply-add operations in the matrix products for one example."""
        return prod(self.shape) * self.fan_in

    @property
    def parameters(self) -> int:
        """Number of learned parameters: weights, bias, gamma and beta."""
        return sum(tensor.size for tensor in self.tensors)

    @property
    def masked(self) -> int:
        """Number of channels: dropout drops whole channels."""
        return self.channels

    @property
    def values(self) -> int:
        """Numbers that training keeps for each example: normalized sums and output of batch norm, the activation
        unless it overwrites its input, and the output of dropout."""
        activated = self.activation != "identity" and self.activation not in FROM_VALUE
        return prod(self.shape) * (2 * (self.batch_norm is not None) + activated + (self.dropout > 0))

    @property
    def held(self) -> int:
        """Numbers for one example that it keeps from its forward pass to its backward pass: the weighted sum, which
        batch norm does not need."""
        return prod(self.shape) * (self.batch_norm is None)

    @property
    def passing(self) -> int:
        """Numbers for one example that it needs temporarily in addition: the weighted sum, until batch norm has read
        it, and the gradient of its input. For groups, oneDNN keeps copies of the output and of the gradient in blocks
        of channels: with these, estimates were within 20 % of the measured peaks."""
        blocked = 2 * (self.groups > 1)
        return prod(self.shape) * ((self.batch_norm is not None) + blocked) + prod(self.in_shape)

    @property
    def widest(self) -> int:
        """Numbers of its widest value for one example in an evaluation."""
        return prod(self.shape)

    def alike(self) -> "ConvPlan":
        """The plan without the parts that may differ between the members of an array."""
        return replace(self, init=init_alike(self.init), dropout=0.0)
