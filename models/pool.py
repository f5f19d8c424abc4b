"""Pooling layers for K networks, channels last."""

import torch
from torch import Tensor
from torch.ops import aten  # type: ignore[import-not-found]

from gradus.spec.nodes.pool import PoolPlan
from models.batch import Buffers


class MaxPoolLayer:
    """The largest value in each window."""

    def __init__(self, plan: PoolPlan, members: int, batch: int, buffers: Buffers) -> None:
        self._how = [plan.size] * 2, [plan.stride] * 2, [plan.padding] * 2
        self.output = buffers.empty(members, batch, *plan.shape)
        self._dx = buffers.empty(members, batch, *plan.in_shape)
        height, width, channels = plan.shape
        per_place = 8 // self.output.element_size()
        places = buffers.empty(members * batch, height, width, channels * per_place).view(torch.int64)
        self._places = places.permute(0, 3, 1, 2)
        self._x = self.output  # set in each forward pass

    def forward(self, x: Tensor) -> Tensor:
        """Pooled (K, b, height, width, channels)."""
        self._x = images(x)
        aten.max_pool2d_with_indices.out(self._x, *self._how, out=images(self.output), indices=self._places)
        return self.output

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """The gradient goes to the largest value, the first of equal ones."""
        if needs_dx:
            how = (*self._how, [1, 1], False)
            aten.max_pool2d_with_indices_backward.grad_input(
                images(dy), self._x, *how, self._places, grad_input=images(self._dx)
            )
        self._x = self.output
        return self._dx if needs_dx else None

    def evaluate(self, x: Tensor) -> Tensor:
        """Pooled (K, n, height, width, channels)."""
        return members_of(aten.max_pool2d_with_indices(images(x), *self._how)[0], len(x))


class AvgPoolLayer:
    """The mean of each window, without the padding."""

    def __init__(self, plan: PoolPlan, members: int, batch: int, buffers: Buffers) -> None:
        self._how = [plan.size] * 2, [plan.stride] * 2, [plan.padding] * 2, False, False
        self.output = buffers.empty(members, batch, *plan.shape)
        self._dx = buffers.empty(members, batch, *plan.in_shape)
        self._x = self.output  # set in each forward pass

    def forward(self, x: Tensor) -> Tensor:
        """Pooled (K, b, height, width, channels)."""
        self._x = images(x)
        aten.avg_pool2d.out(self._x, *self._how, out=images(self.output))
        return self.output

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """Each pixel of a window gets an equal share of its gradient."""
        if needs_dx:
            aten.avg_pool2d_backward.grad_input(images(dy), self._x, *self._how, None, grad_input=images(self._dx))
        self._x = self.output
        return self._dx if needs_dx else None

    def evaluate(self, x: Tensor) -> Tensor:
        """Pooled (K, n, height, width, channels)."""
        return members_of(aten.avg_pool2d(images(x), *self._how), len(x))


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


def images(x: Tensor) -> Tensor:
    """Images (K, b, height, width, channels) as (K·b, channels, height, width), channels last in memory."""
    return x.reshape(-1, *x.shape[2:]).permute(0, 3, 1, 2)


def members_of(pooled: Tensor, members: int) -> Tensor:
    """Images (K·b, channels, height, width) as (K, b, height, width, channels)."""
    last = pooled.permute(0, 2, 3, 1).contiguous()
    return last.view(members, -1, *last.shape[1:])
