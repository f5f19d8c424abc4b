"""The loss of a task: its value for each example, and its gradient with respect to the network's outputs."""

from typing import Protocol, assert_never

import torch
from torch import Tensor

from gradus.spec.loss import Task


class Loss(Protocol):
    """A loss function; the loss of a batch is the mean over its examples."""

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example: outputs (..., b, units), targets (..., b), result (..., b)."""

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor | None:
        """Whether each example is classified correctly, bool (..., b); None for regression."""

    def gradient(self, outputs: Tensor, targets: Tensor, out: Tensor) -> Tensor:
        """Gradient of the batch's mean loss with respect to the outputs, (K, b, units)."""


class CrossEntropy:
    """Softmax and cross-entropy: -ln p(class). Its gradient is (p - onehot) / b."""

    def __init__(self, like: Tensor) -> None:
        self._minus_one = like.new_full((), -1)

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example."""
        return -outputs.log_softmax(-1).gather(-1, targets[..., None]).squeeze(-1)

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the largest output is that of the target class."""
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

    def correct(self, outputs: Tensor, targets: Tensor) -> None:
        """None, as regression has no accuracy."""

    def gradient(self, outputs: Tensor, targets: Tensor, out: Tensor) -> Tensor:
        """Gradient by the outputs."""
        torch.sub(outputs, targets[..., None], out=out)
        return out.mul_(2 / outputs.shape[1])


def loss(task: Task, like: Tensor) -> Loss:
    """The loss of a task, for outputs with the dtype and device of `like`."""
    match task:
        case "classification":
            return CrossEntropy(like)
        case "regression":
            return SquaredError()
        case _:
            assert_never(task)
