"""Standardized targets of a regression: networks learn (y - mean) / deviation, people read losses in y's own units.

Learning rates and initializers suit numbers around one, whatever the unit of the target: see LeCun et al., Efficient
BackProp (1998), section 4.3, for inputs; the loss's gradient grows with the target's deviation just as well.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.network import Layout

NAME = "targets.scale"
"""Of the tensor in a run's state."""


@dataclass(frozen=True)
class TargetScale:
    """How targets were standardized."""

    mean: float
    deviation: float

    @property
    def loss_unit(self) -> float:
        """Squared error in the targets' own units over that of standardized ones."""
        return self.deviation**2

    def tensor(self, members: int) -> Tensor:
        """What a run's state holds of it: mean and deviation of each member's targets, float64, (K, 2)."""
        return torch.tensor([[self.mean, self.deviation]], dtype=torch.float64).repeat(members, 1)


OWN_UNITS = TargetScale(0.0, 1.0)
"""Targets as they are: classes, and regressions of before they were standardized."""


def rescale(tensors: MutableMapping[str, Tensor], layout: Layout, now: TargetScale) -> None:
    """Make a state that was trained on other units one that gives the same predictions in today's units, in place.

    That is a fork with other training examples, or a checkpoint of before targets were standardized, which has no
    scale. With equal scales nothing changes, not a bit. What the optimizer remembers stays as it is.
    """
    members = len(tensors["parameters"])
    before = tensors.get(NAME, OWN_UNITS.tensor(members)).cpu()
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
