"""The operations that follow the weighted sum of a layer."""

from typing import Protocol

from torch import Tensor


class Part(Protocol):
    """An operation after the weighted sum of a layer; backward and evaluate may work in place."""

    def forward(self, z: Tensor) -> Tensor: ...  # noqa: D102
    def backward(self, dy: Tensor) -> Tensor: ...  # noqa: D102
    def evaluate(self, z: Tensor) -> Tensor: ...  # noqa: D102
