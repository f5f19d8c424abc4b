"""A layer of learned factors, with hand-written forward and backward passes for K networks at once."""

import torch
from torch import Tensor

from models.batch import Buffers


class ScaleLayer:
    """x · s."""

    def __init__(self, factors: Tensor, gradient: Tensor, batch: int, buffers: Buffers) -> None:
        """The factors and their gradient are views (K, 1, n) of the flat storage."""
        self._factors, self._gradient = factors, gradient
        members, _, inputs = factors.shape
        self.output = self._output = buffers.empty(members, batch, inputs)
        self._products = buffers.empty(members, batch, inputs)
        self._x = self._output

    def forward(self, x: Tensor) -> Tensor:
        """x · s for x (K, b, ...) of n numbers."""
        self._x = x.flatten(2)
        torch.mul(self._x, self._factors, out=self._output)
        if x.ndim > 3:
            self.output = self._output.view(x.shape)
        return self.output

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """ds = Σ dy · x over the batch; dx = dy · s, in place."""
        flat = dy.flatten(2)
        torch.mul(flat, self._x, out=self._products)
        torch.sum(self._products, 1, keepdim=True, out=self._gradient)
        return flat.mul_(self._factors).view(dy.shape) if needs_dx else None

    def evaluate(self, x: Tensor) -> Tensor:
        """x · s for x (K, n, ...)."""
        return (x.flatten(2) * self._factors).view(x.shape)
