"""The plans of pooling layers."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from gradus.spec.activation import Activation
from gradus.spec.nodes.plain import PlainNode


@dataclass(frozen=True)
class PoolPlan(PlainNode):
    """A layer that reduces each window of an image to one pixel."""

    activation: ClassVar[Activation] = "identity"

    size: int
    stride: int
    padding: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example's output."""
        height, width, channels = self.in_shape
        return (*(pooled(n, self.size, self.stride, self.padding) for n in (height, width)), channels)


@dataclass(frozen=True)
class MaxPoolPlan(PoolPlan):
    """The largest value in each window."""

    kind: ClassVar[str] = "max_pool"

    @property
    def values(self) -> int:
        """Numbers that training keeps for each example: its output, the places of the largest values, which are
        int64, and the gradient of its input."""
        return 3 * prod(self.shape) + prod(self.in_shape)


@dataclass(frozen=True)
class AvgPoolPlan(PoolPlan):
    """The mean of each window."""

    kind: ClassVar[str] = "avg_pool"

    @property
    def values(self) -> int:
        """Numbers that training keeps for each example: its output, and the gradient of its input."""
        return prod(self.shape) + prod(self.in_shape)


@dataclass(frozen=True)
class GlobalAvgPoolPlan(PlainNode):
    """The mean of each channel."""

    kind: ClassVar[str] = "global_avg_pool"
    activation: ClassVar[Activation] = "identity"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example's output."""
        return self.in_shape[2:]

    @property
    def values(self) -> int:
        """Numbers that training keeps for each example: its output, and the gradient of its input."""
        return prod(self.shape) + prod(self.in_shape)


def pooled(pixels: int, size: int, stride: int, padding: int) -> int:
    """Number of windows along an edge of an image."""
    return (pixels + 2 * padding - size) // stride + 1
