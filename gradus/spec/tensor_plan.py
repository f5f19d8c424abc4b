"""The plan of one tensor of a layer."""

from dataclasses import dataclass
from math import prod

from gradus.spec.batch_norm import BatchNorm
from gradus.spec.initializer import ConcreteInitializer


@dataclass(frozen=True)
class TensorPlan:
    """A tensor of a layer."""

    name: str
    """The tensor's name within the layer, such as `weight`."""
    shape: tuple[int, int]
    """Vectors have the shape (1, n)."""
    initial: ConcreteInitializer | float
    """The distribution of the initial values, or the single value that all numbers start with."""
    lr_factor: float = 1.0
    is_weight: bool = False
    """Whether penalties and weight decay apply."""
    fan_out: int | None = None
    """Number of units that each input feeds, for initializers; None for the number of columns."""

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.shape)


def norm_tensors(units: int, batch_norm: BatchNorm | None) -> tuple[TensorPlan, ...]:
    """The learned tensors of a layer's batch normalization."""
    if batch_norm is None:
        return ()
    return TensorPlan("gamma", (1, units), 1.0), TensorPlan("beta", (1, units), 0.0)


def running_tensors(units: int, batch_norm: BatchNorm | None) -> tuple[TensorPlan, ...]:
    """The running statistics of a layer's batch normalization."""
    if batch_norm is None:
        return ()
    return TensorPlan("running_mean", (1, units), 0.0), TensorPlan("running_variance", (1, units), 1.0)
