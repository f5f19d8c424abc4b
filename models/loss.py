"""The loss of a task: its value for each example, and its gradient by the network's outputs."""

from typing import Protocol, assert_never

import torch
from torch import Tensor

from gradus.spec.loss import Task


class Loss(Protocol):
    """A mean over a batch of a loss for each example."""

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example: outputs (..., b, units), targets (..., b), result (..., b)."""

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor | None:
        """Whether each example was classified right, bool (..., b); None for regression."""

    def gradient(self, outputs: Tensor, targets: Tensor, out: Tensor) -> Tensor:
        """Gradient of the batch's mean by the outputs, (K, b, units)."""


class CrossEntropy:
    """Softmax and cross-entropy: -ln p(class). Its gradient is (p - onehot) / b."""

    def __init__(self, like: Tensor) -> None:
        self._minus_one = like.new_full((), -1)

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example."""
        return -outputs.log_softmax(-1).gather(-1, targets[..., None]).squeeze(-1)

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the largest output is the class's."""
        return outputs.argmax(-1) == targets

    def gradient(self, outputs: Tensor, targets: Tensor, out: Tensor) -> Tensor:
        """Gradient by the outputs."""
        torch.softmax(outputs, -1, out=out)
        out.scatter_add_(-1, targets[..., None], self._minus_one.expand(*targets.shape, 1))
        return out.div_(outputs.shape[1])


class SquaredError:
    """(ŷ - y)². Its gradient is 2 (ŷ - y) / b."""

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example."""
        return (outputs.squeeze(-1) - targets).square()

    def right(self, outputs: Tensor, targets: Tensor) -> None:
        """Nothing: a number is not right or wrong."""

    def gradient(self, outputs: Tensor, targets: Tensor, out: Tensor) -> Tensor:
        """Gradient by the outputs."""
        torch.sub(outputs, targets[..., None], out=out)
        return out.mul_(2 / outputs.shape[1])


def loss(task: Task, like: Tensor) -> Loss:
    """The loss that a task implies, for outputs of the type and place of `like`."""
    match task:
        case "classification":
            return CrossEntropy(like)
        case "regression":
            return SquaredError()
        case _:
            assert_never(task)
