"""Images as vectors, for K networks."""

import torch
from torch import Tensor

_NOTHING = torch.empty(0)


class FlattenLayer:
    """(K, b, height, width, channels) as (K, b, height·width·channels), in the same memory."""

    def __init__(self, in_shape: tuple[int, ...]) -> None:
        self._in_shape = in_shape
        self.output = _NOTHING  # set in each forward pass, and freed in the backward pass

    def forward(self, x: Tensor) -> Tensor:
        """The vectors."""
        self.output = x.flatten(2)
        return self.output

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """The same gradient, as images."""
        self.output = _NOTHING
        return dy.view(*dy.shape[:2], *self._in_shape) if needs_dx else None

    def evaluate(self, x: Tensor) -> Tensor:
        """The vectors."""
        return x.flatten(2)
