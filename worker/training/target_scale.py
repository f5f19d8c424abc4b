"""Standardized regression targets: networks learn (y - mean) / deviation, with the mean and deviation of each target.
The loss of a single target is reported in its own units, the loss of several targets as the mean of their standardized
losses.

Learning rates and initializers suit numbers of magnitude 1, whatever the unit of the target. See LeCun et al.,
Efficient BackProp (1998), section 4.3, for inputs; the gradient of the loss grows with the targets' deviation as well.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.checkpoint_files import TARGET_SCALE
from gradus.spec.layout import Layout
from gradus.spec.loss import ConcreteLoss
from models.loss import loss_unit

NAME = TARGET_SCALE
"""The name of the scale's tensor in a run's state."""


@dataclass(frozen=True)
class TargetScale:
    """Mean and standard deviation of each target."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    def tensor(self, members: int) -> Tensor:
        """Means, then deviations, for each member, as a run's state stores them, float64, (K, 2 targets)."""
        return torch.tensor([[*self.mean, *self.deviation]], dtype=torch.float64).repeat(members, 1)


NOT_SCALED = TargetScale((0.0,), (1.0,))
"""The scale for classes, and for checkpoints of older versions, which did not standardize targets."""


def rescale(tensors: MutableMapping[str, Tensor], layout: Layout, now: TargetScale, kind: ConcreteLoss) -> None:
    """Convert a state to another target scale, in place, so that it gives the same predictions in the targets' own
    units.

    The scales differ for a fork with other training examples, and for a checkpoint of an older version, which has no
    scale. With equal scales no bit changes. The optimizer state is not converted. `kind` is the run's loss.
    """
    members = len(tensors["parameters"])
    before = tensors.get(NAME, NOT_SCALED.tensor(members)).cpu()
    scale = now.tensor(members)
    if torch.equal(before, scale):
        return
    (old_mean, old_deviation), (mean, deviation) = before.chunk(2, 1), scale.chunk(2, 1)  # (K, targets)
    ratio, shift = old_deviation / deviation, (old_mean - mean) / deviation
    for name in ("parameters", "best.parameters"):
        if name in tensors:
            tensors[name] = tensors[name].clone()
            _rescale_output(layout, tensors[name], ratio, shift)
    units = scale.new_tensor([loss_unit(kind, row) / loss_unit(kind, now.deviation) for row in old_deviation.tolist()])
    for name in ("totals.loss", "watch.reference"):
        if name in tensors:
            tensors[name] = tensors[name] * units.to(tensors[name])
    tensors[NAME] = scale


def _rescale_output(layout: Layout, parameters: Tensor, ratio: Tensor, shift: Tensor) -> None:
    weight = layout.parameters["output.weight"].of(parameters)  # (K, fan_in, targets)
    bias = layout.parameters["output.bias"].of(parameters)  # (K, 1, targets)
    weight.mul_(ratio.to(weight)[:, None])
    bias.mul_(ratio.to(bias)[:, None]).add_(shift.to(bias)[:, None])
