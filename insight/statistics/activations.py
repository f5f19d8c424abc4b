"""Statistics of a layer's activations."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class ActivationStatistics:
    """Over examples and units, each (K,)."""

    mean: Tensor
    deviation: Tensor
    largest: Tensor
    """max |a|."""
    share: Tensor
    """Variance between examples over the second moment, each summed over units; NaN if all are 0."""


def activation_statistics(a: Tensor) -> ActivationStatistics:
    """The statistics of activations a (K, n, units) of n examples; every pixel and channel of an image is a unit.

    The variance is split into its parts within and between units (law of total variance), so that nothing cancels where
    all examples look alike. The signal share is that of variance scaling in deep networks, see Schoenholz et al., "Deep
    Information Propagation" (2017).
    """
    unit_means = a.mean(1, keepdim=True)  # (K, 1, units)
    between_examples = (a - unit_means).square_().mean((1, 2))
    unit_means = unit_means.squeeze(1)
    second_moment = between_examples + unit_means.square().mean(1)
    between_units = unit_means.var(1, correction=0)
    return ActivationStatistics(
        mean=unit_means.mean(1),
        deviation=(between_examples + between_units).sqrt(),
        largest=torch.maximum(a.amax((1, 2)), -a.amin((1, 2))),
        share=between_examples / second_moment,
    )


def dead_share(z: Tensor) -> Tensor:
    """Share (K,) of the ReLU units that are off for every example: max z ≤ 0, for z (K, n, units) of n examples.

    A unit that fires for no one of n examples has a firing rate below 3/n with 95 % confidence (rule of three). Pixels
    of an image count as examples, its channels as units.
    """
    return (z.amax(1) <= 0).sum(1).double() / z.shape[2]


def flat_share(slopes: Tensor, largest_slope: float) -> Tensor:
    """Share (K,) of the slopes φ'(z), (K, n, units), that are below 5 % of the function's largest slope."""
    side = slopes.abs().sub_(0.05 * largest_slope).sign_()  # -1 or 1: to count bools takes four times as long
    return (1 - side.mean((1, 2))) / 2
