"""The scale of initial weights, from the spec alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, prod, sqrt
from typing import assert_never

from gradus.spec.initializer import Constant, Normal, Uniform
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from insight.run import Run


@dataclass(frozen=True)
class Scaled:
    """The initial weights of a layer whose initializer ignores the number of inputs."""

    layer: str
    deviation: float
    """Root mean square of the weights."""
    fan_in: int

    @property
    def scale(self) -> float:
        """The factor by which a weighted sum exceeds its independent inputs: √fan_in · deviation."""
        return self.deviation * sqrt(self.fan_in)


def scales(run: Run) -> Sequence[Scaled]:
    """The layers whose initializer ignores the number of inputs; without layers that batch normalization rescales, and
    small constant weights."""
    return [scaled for layer in run.network.layers if (scaled := _scaled(layer)) is not None]


def worst_scale(run: Run) -> float:
    """The largest scale; 1 if the initializers of all layers adapt to the number of inputs."""
    return max((one.scale for one in scales(run)), default=1.0)


def initial_loss(run: Run) -> float:
    """The loss at the start of a network with suitable initial weights, in the unit of the metrics.

    For classification it is ln C, the loss of a uniform guess; for several labels, ln 2 for each, however rare they
    are. For regression, outputs of deviation 1 double the variance of standardized targets.
    """
    match run.data.task:
        case "classification":
            return log(max(2, len(run.data.classes)))
        case "multi_label":
            return log(2)
        case "regression":
            return 2 * run.prior.loss if run.prior is not None else 0.0
        case _:
            assert_never(run.data.task)


def _scaled(layer: object) -> Scaled | None:
    if not isinstance(layer, DensePlan | ConvPlan) or layer.batch_norm is not None:
        return None
    fan_in = prod(next(tensor for tensor in layer.tensors if tensor.is_weight).shape[:-1])
    match layer.init:
        case Normal(std=std):
            return Scaled(layer.name, std, fan_in)
        case Uniform(bound=bound):
            return Scaled(layer.name, bound / sqrt(3), fan_in)
        case Constant(value=value):
            return Scaled(layer.name, abs(value), fan_in) if abs(value) * sqrt(fan_in) > 1 else None
        case _:
            return None
