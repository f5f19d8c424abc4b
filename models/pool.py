"""Pooling layers for K networks, channels last."""

import torch
from torch import Tensor
from torch.ops import aten  # type: ignore[import-not-found]

from gradus.spec.nodes.pool import PoolPlan
from models.batch import Buffers


class MaxPoolLayer:
    """The largest value in each window."""

    def __init__(self, plan: PoolPlan) -> None:
        self._how = [plan.size] * 2, [plan.stride] * 2, [plan.padding] * 2
        self._x = self._places = self.output = torch.empty(0)  # set in each forward pass

    def forward(self, x: Tensor) -> Tensor:
        """Pooled (K, b, height, width, channels)."""
        self._x = _images(x)
        y, self._places = aten.max_pool2d_with_indices(self._x, *self._how)
        self.output = _members(y, len(x))
        return self.output

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """The gradient goes to the largest value, the first of equal ones."""
        if not needs_dx:
            return None
        how = (*self._how, [1, 1], False)
        dx = aten.max_pool2d_with_indices_backward(_images(dy), self._x, *how, self._places)
        return _members(dx, len(dy))

    def evaluate(self, x: Tensor) -> Tensor:
        """Pooled (K, n, height, width, channels)."""
        return _members(aten.max_pool2d_with_indices(_images(x), *self._how)[0], len(x))


class AvgPoolLayer:
    """The mean of each window, padding left out."""

    def __init__(self, plan: PoolPlan) -> None:
        self._how = [plan.size] * 2, [plan.stride] * 2, [plan.padding] * 2, False, False
        self._x = self.output = torch.empty(0)  # set in each forward pass

    def forward(self, x: Tensor) -> Tensor:
        """Pooled (K, b, height, width, channels)."""
        self._x = _images(x)
        self.output = _members(aten.avg_pool2d(self._x, *self._how), len(x))
        return self.output

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """Each pixel of a window gets an equal share of its gradient."""
        if not needs_dx:
            return None
        return _members(aten.avg_pool2d_backward(_images(dy), self._x, *self._how, None), len(dy))

    def evaluate(self, x: Tensor) -> Tensor:
        """Pooled (K, n, height, width, channels)."""
        return _members(aten.avg_pool2d(_images(x), *self._how), len(x))


class GlobalAvgPoolLayer:
    """The mean of each channel."""

    def __init__(self, members: int, batch: int, in_shape: tuple[int, ...], buffers: Buffers) -> None:
        """`in_shape` is (height, width, channels)."""
        self.output = buffers.empty(members, batch, in_shape[2])
        self._dx = buffers.empty(members, batch, *in_shape)

    def forward(self, x: Tensor) -> Tensor:
        """Means (K, b, channels)."""
        return torch.mean(x, (2, 3), out=self.output)

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """Each pixel gets an equal share."""
        if not needs_dx:
            return None
        pixels = self._dx.shape[2] * self._dx.shape[3]
        return self._dx.copy_(dy.div_(pixels)[:, :, None, None])

    def evaluate(self, x: Tensor) -> Tensor:
        """Means (K, n, channels)."""
        return x.mean((2, 3))


def _images(x: Tensor) -> Tensor:
    """(K·b, channels, height, width), channels last in memory, of (K, b, height, width, channels)."""
    return x.reshape(-1, *x.shape[2:]).permute(0, 3, 1, 2)


def _members(images: Tensor, members: int) -> Tensor:
    """(K, b, height, width, channels) of (K·b, channels, height, width)."""
    last = images.permute(0, 2, 3, 1).contiguous()
    return last.view(members, -1, *last.shape[1:])
