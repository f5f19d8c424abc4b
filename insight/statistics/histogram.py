"""Histograms of many tensors at once, without waiting for the device."""

import torch
from torch import Tensor

MAX_NUMBERS = 4096
"""The largest number of values of each member that are counted: every n-th, evenly spaced."""


def histogram(numbers: Tensor, bins: int) -> tuple[Tensor, Tensor, Tensor]:
    """Histograms of each member's values (K, ...): the least and the greatest value, (K,), and the counts (K, bins)
    between them.

    The bins have equal widths; each includes its lower edge, the last one both edges. Values that are not finite are
    not counted.
    """
    sample = thinned(numbers)
    finite = sample.isfinite()
    low = torch.where(finite, sample, torch.inf).amin(1)
    high = torch.where(finite, sample, -torch.inf).amax(1)
    width = (high - low).clamp(min=torch.finfo(sample.dtype).tiny)[:, None]
    places = ((sample - low[:, None]) / width * bins).nan_to_num(0.0).long().clamp(0, bins - 1)
    counts = torch.zeros(len(sample), bins, dtype=torch.int64, device=sample.device)
    counts.scatter_add_(1, places, finite.long())
    return low, high, counts


def thinned(numbers: Tensor, first: int = 0, total: int | None = None) -> Tensor:
    """At most `MAX_NUMBERS` of each member's values (K, ...), evenly spaced, (K, n).

    The values may be the part of `total` values that begins at position `first`. The parts together then give the same
    values as the whole.
    """
    flat = numbers.flatten(1)
    every = -(-(total or flat.shape[1]) // MAX_NUMBERS)
    return flat[:, -first % every :: every]
