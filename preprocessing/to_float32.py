"""Rounding of encoded inputs to float32."""

import numpy as np
from numpy.typing import NDArray

LARGEST_FLOAT32 = float(np.finfo(np.float32).max)


def to_float32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The values rounded to float32; those beyond its range become the largest finite float32 of their sign."""
    return np.clip(values, -LARGEST_FLOAT32, LARGEST_FLOAT32).astype(np.float32)
