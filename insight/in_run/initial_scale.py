"""The size of initial weights, from the spec alone."""

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
    """The weights of a layer that does not choose them by its number of inputs."""

    layer: str
    deviation: float
    """Root mean square of the weights."""
    fan_in: int

    @property
    def scale(self) -> float:
        """The factor by which a weighted sum of independent inputs is larger than these: √fan_in · deviation."""
        return self.deviation * sqrt(self.fan_in)


def scales(run: Run) -> Sequence[Scaled]:
    """The layers whose weights have a size that the spec says; without those that batch normalization rescales, and
    those whose weights are all equal."""
    return [scaled for layer in run.network.layers if (scaled := _scaled(layer)) is not None]


def worst_scale(run: Run) -> float:
    """The largest scale; 1 if all layers choose their weights by their number of inputs."""
    return max((one.scale for one in scales(run)), default=1.0)


def initial_loss(run: Run) -> float:
    """The loss that a network with weights of a fitting size starts from, in the unit of the metrics: a guess among
    classes has ln C, or ln 2 for each label, however rare they are; outputs of deviation 1 double the variance of
    standardized targets."""
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
