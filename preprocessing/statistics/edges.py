"""The edges of histograms."""

import numpy as np
from numpy.typing import NDArray

from gradus.wire.statistics import BINS

Edges = NDArray[np.float64]


def bin_edges(low: float, high: float) -> Edges | None:
    """The edges of the bins as `numpy.histogram` has them; None if the width of the bins overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        edges = np.linspace(low, high, BINS + 1) if low < high else np.linspace(low - 0.5, high + 0.5, BINS + 1)
        finite = np.isfinite(edges).all() and np.isfinite(edges[-1] - edges[0])
    return edges if finite else None
