"""Statistics of a layer's activations."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class ActivationStatistics:
    """Statistics over examples and units, each (K,)."""

    mean: Tensor
    deviation: Tensor
    largest: Tensor
    """max |a|."""
    share: Tensor
    """Variance between examples over the second moment, each summed over units; NaN if all are 0."""


class ActivationTotals:
    """Totals over examples that arrive in parts; every pixel and channel of an image is a unit.

    The variance is split into its parts within and between units (law of total variance), so that nothing cancels where
    all examples look alike. The signal share is that of variance scaling in deep networks, see Schoenholz et al., "Deep
    Information Propagation" (2017). The totals of parts are combined as in Chan, Golub and LeVeque, "Updating Formulae
    and a Pairwise Algorithm for Computing Sample Variances" (1979).
    """

    def __init__(self, a: Tensor) -> None:
        """The totals of the first part: activations a (K, n, units) of n examples."""
        means = a.mean(1, keepdim=True)  # (K, 1, units)
        self._examples = a.shape[1]
        self._between_examples = (a - means).square_().mean((1, 2))
        self._unit_means = means.squeeze(1)
        self._largest = torch.maximum(a.amax((1, 2)), -a.amin((1, 2)))

    def add(self, other: "ActivationTotals") -> None:
        """Add the totals of another part of the examples."""
        share = other._examples / (self._examples + other._examples)
        change = other._unit_means - self._unit_means
        self._between_examples += share * (other._between_examples - self._between_examples)
        self._between_examples += share * (1 - share) * change.square().mean(1)
        self._unit_means += share * change
        self._examples += other._examples
        self._largest = torch.maximum(self._largest, other._largest)

    def statistics(self) -> ActivationStatistics:
        """The statistics of all examples so far."""
        second_moment = self._between_examples + self._unit_means.square().mean(1)
        between_units = self._unit_means.var(1, correction=0)
        return ActivationStatistics(
            mean=self._unit_means.mean(1),
            deviation=(self._between_examples + between_units).sqrt(),
            largest=self._largest,
            share=self._between_examples / second_moment,
        )


def activation_statistics(a: Tensor) -> ActivationStatistics:
    """The statistics of activations a (K, n, units) of n examples."""
    return ActivationTotals(a).statistics()


def dead_share(z: Tensor) -> Tensor:
    """Share (K,) of the ReLU units that are off for every example: max z ≤ 0, for z (K, n, units) of n examples.

    A unit that fires for none of n examples has a firing rate below 3/n with 95 % confidence (rule of three). Pixels of
    an image count as examples, its channels as units.
    """
    return (z.amax(1) <= 0).sum(1).double() / z.shape[2]


def flat_share(slopes: Tensor, largest_slope: float) -> Tensor:
    """Share (K,) of the slopes φ'(z), (K, n, units), that are below 5 % of the function's largest slope."""
    side = slopes.abs().sub_(0.05 * largest_slope).sign_()  # -1 or 1: to count bools takes four times as long
    return (1 - side.mean((1, 2))) / 2
