"""What networks compute from images (n, height, width, channels) in evaluation, in plain numpy."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.pool import PoolPlan

Numbers = NDArray[np.floating]


def convolved(layer: ConvPlan, weight: Numbers, x: Numbers) -> Numbers:
    """x ∗ W for the weights (kernel · kernel · channels_in / groups, channels)."""
    windows = _windows(x, layer.kernel, layer.stride, layer.padding, 0, layer.dilation)
    own = weight.reshape(layer.kernel, layer.kernel, -1, layer.groups, layer.channels // layer.groups)
    grouped = windows.reshape(*windows.shape[:5], layer.groups, -1)  # (n, h, w, k, k, groups, inner)
    sums: Numbers = np.einsum("nhwijgc,ijcgo->nhwgo", grouped, own * x.dtype.type(layer.input_factor), optimize=True)
    return sums.reshape(*sums.shape[:3], layer.channels)


def max_pooled(layer: PoolPlan, x: Numbers) -> Numbers:
    """The largest value in each window."""
    found: Numbers = _windows(x, layer.size, layer.stride, (layer.padding,) * 2, -np.inf).max(axis=(3, 4))
    return found


def avg_pooled(layer: PoolPlan, x: Numbers) -> Numbers:
    """The mean of each window, without padding."""
    means: Numbers = np.nanmean(_windows(x, layer.size, layer.stride, (layer.padding,) * 2, np.nan), axis=(3, 4))
    return means


def _windows(x: Numbers, size: int, stride: int, padding: tuple[int, int], beyond: float, dilation: int = 1) -> Numbers:
    """The pixels of every window, (n, rows, columns, size, size, channels)."""
    extent = dilation * (size - 1) + 1
    padded = np.pad(x, ((0, 0), padding, padding, (0, 0)), constant_values=beyond)
    every = sliding_window_view(padded, (extent, extent), axis=(1, 2))
    chosen: Numbers = every[:, ::stride, ::stride, :, ::dilation, ::dilation].transpose(0, 1, 2, 4, 5, 3)
    return chosen
