"""Statistics of the losses of examples."""

from math import sqrt

from torch import Tensor


def variance_ratio(between: Tensor, within: Tensor) -> Tensor:
    """F (K,): the variance of batch means from step to step over that expected from sampling alone; NaN for 0 / 0.

    `between` (K,) is the mean of half the squared differences of the mean losses of successive batches (von Neumann
    1941), which a trend hardly changes; `within` (K,) is the mean of the variances within batches over the batch size.
    The ratio is that of a one-way analysis of variance: 1 if the network does not change between steps.
    """
    return between / within


def paired_t(now: Tensor, before: Tensor) -> Tensor:
    """Student's t (K,) of the paired differences between the examples' losses now, (K, n), and before. Positive if the
    losses rose. NaN if no loss changed, or for a single example."""
    difference = (now - before).double()
    error = difference.std(1) / sqrt(now.shape[1])
    return difference.mean(1) / error
