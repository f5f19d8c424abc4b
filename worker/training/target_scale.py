"""Standardized regression targets: networks learn (y - mean) / deviation, but losses are reported in y's own units.

Learning rates and initializers suit numbers of magnitude 1, whatever the unit of the target. See LeCun et al.,
Efficient BackProp (1998), section 4.3, for inputs; the gradient of the loss grows with the targets' deviation as well.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.network import Layout

NAME = "targets.scale"
"""The name of the scale's tensor in a run's state."""


@dataclass(frozen=True)
class TargetScale:
    """Mean and standard deviation of the targets."""

    mean: float
    deviation: float

    @property
    def loss_unit(self) -> float:
        """Factor from the squared error of standardized targets to that in the targets' own units."""
        return self.deviation**2

    def tensor(self, members: int) -> Tensor:
        """Mean and deviation for each member, as a run's state stores them, float64, (K, 2)."""
        return torch.tensor([[self.mean, self.deviation]], dtype=torch.float64).repeat(members, 1)


NOT_SCALED = TargetScale(0.0, 1.0)
"""For classes, and for checkpoints of older versions, which did not standardize targets."""


def rescale(tensors: MutableMapping[str, Tensor], layout: Layout, now: TargetScale) -> None:
    """Convert a state to another target scale, in place, so that it gives the same predictions in the targets' own
    units.

    The scales differ for a fork with other training examples, and for a checkpoint of an older version, which has no
    scale. With equal scales no bit changes. The optimizer state is not converted.
    """
    members = len(tensors["parameters"])
    before = tensors.get(NAME, NOT_SCALED.tensor(members)).cpu()
    scale = now.tensor(members)
    if torch.equal(before, scale):
        return
    ratio = before[:, 1] / scale[:, 1]  # (K,)
    shift = (before[:, 0] - scale[:, 0]) / scale[:, 1]
    for name in ("parameters", "best.parameters"):
        if name in tensors:
            tensors[name] = tensors[name].clone()
            _rescale_output(layout, tensors[name], ratio, shift)
    for name in ("totals.loss", "watch.reference"):
        if name in tensors:
            tensors[name] = tensors[name] * ratio.square().to(tensors[name])
    tensors[NAME] = scale


def _rescale_output(layout: Layout, parameters: Tensor, ratio: Tensor, shift: Tensor) -> None:
    weight = layout.parameters["output.weight"].of(parameters)  # (K, fan_in, 1)
    bias = layout.parameters["output.bias"].of(parameters)
    weight.mul_(ratio.to(weight)[:, None, None])
    bias.mul_(ratio.to(bias)[:, None, None]).add_(shift.to(bias)[:, None, None])
