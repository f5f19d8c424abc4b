"""The loss: its value for each example, and its gradient with respect to the outputs, as formulas."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional


class Loss(Protocol):
    """A loss; the loss of a batch is the mean over its examples."""

    unit: float

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example."""

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor | None:
        """Whether each example is right, or its share of right labels; None for regression."""

    def gradient(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Gradient of the batch's mean loss."""


class CrossEntropy:
    """-ln p(class), where p is the softmax of the outputs."""

    unit = 1.0

    def __init__(self, smoothing: float) -> None:
        self.smoothing = smoothing

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example, without label smoothing."""
        return -outputs.log_softmax(-1).gather(-1, targets[..., None]).squeeze(-1)

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the largest output is that of the right class."""
        return outputs.argmax(-1) == targets

    def gradient(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """(p - q) / n, where q is 1 - ε + ε/classes for the class and ε/classes for all others."""
        p = torch.softmax(outputs, -1)
        p.scatter_add_(-1, targets[..., None], p.new_full((len(p), 1), self.smoothing - 1))
        if self.smoothing:
            p.sub_(p.new_tensor(self.smoothing) / outputs.shape[1])
        return p.div_(len(p))


class BinaryCrossEntropy:
    """Mean over the labels of -y ln p - (1 - y) ln(1 - p), where p is the sigmoid of the output."""

    unit = 1.0

    def __init__(self, smoothing: float) -> None:
        self.smoothing = smoothing

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example, without label smoothing."""
        return functional.binary_cross_entropy_with_logits(outputs, targets, reduction="none").mean(-1)

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The share of right labels of each example."""
        return ((outputs > 0) == (targets > 0.5)).to(outputs.dtype).mean(-1)

    def gradient(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """(p - y (1 - ε) - ε/2) / (labels · n)."""
        if self.smoothing:
            targets = torch.lerp(targets, targets.new_full((), 0.5), targets.new_tensor(self.smoothing))
        return torch.sigmoid(outputs).sub_(targets).div_(outputs.shape[0] * outputs.shape[1])


class Regression:
    """The mean over the targets of a function of their errors e. Targets are standardized; with a single target, the
    loss is reported in the target's own units."""

    unit = 1.0

    def correct(self, outputs: Tensor, targets: Tensor) -> None:
        """None."""

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example."""
        values = self.function(outputs - columns(targets, outputs))
        return values.squeeze(-1) if values.shape[-1] == 1 else values.mean(-1)

    def gradient(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The function's derivative / (targets · n)."""
        return self.slope(outputs - columns(targets, outputs), 1 / (outputs.shape[0] * outputs.shape[1]))

    def function(self, e: Tensor) -> Tensor:
        """The function of the errors."""
        raise NotImplementedError

    def slope(self, e: Tensor, share: float) -> Tensor:
        """The derivative of the function times `share`."""
        raise NotImplementedError


def columns(targets: Tensor, outputs: Tensor) -> Tensor:
    """The targets as (n, targets)."""
    return targets if targets.ndim == outputs.ndim else targets[..., None]


class Squared(Regression):
    """e²."""

    def __init__(self, deviation: Sequence[float]) -> None:
        self.unit = deviation[0] ** 2 if len(deviation) == 1 else 1.0

    def function(self, e: Tensor) -> Tensor:
        """e²."""
        return e.square()

    def slope(self, e: Tensor, share: float) -> Tensor:
        """2 e."""
        return e.mul_(2 * share)


class Absolute(Regression):
    """|e|."""

    def __init__(self, deviation: Sequence[float]) -> None:
        self.unit = deviation[0] if len(deviation) == 1 else 1.0

    def function(self, e: Tensor) -> Tensor:
        """|e|."""
        return e.abs()

    def slope(self, e: Tensor, share: float) -> Tensor:
        """sign e."""
        return e.sign_().mul_(share)


class Huber(Regression):
    """e²/2 where |e| ≤ δ, δ (|e| - δ/2) beyond."""

    def __init__(self, deviation: Sequence[float], delta: float | None) -> None:
        self.unit = deviation[0] ** 2 if len(deviation) == 1 else 1.0
        self.delta = torch.tensor([1.0 if delta is None else delta / each for each in deviation])

    def function(self, e: Tensor) -> Tensor:
        """m (|e| - m/2), where m = min(|e|, δ)."""
        size = e.abs()
        inner = torch.minimum(size, self.delta.to(e))
        return inner * (size - inner / 2)

    def slope(self, e: Tensor, share: float) -> Tensor:
        """e, clipped to ±δ."""
        delta = self.delta.to(e)
        return e.clamp_(-delta, delta).mul_(share)


class Quantile(Regression):
    """-q e where e < 0, (1 - q) e beyond."""

    def __init__(self, deviation: Sequence[float], q: float) -> None:
        self.unit = deviation[0] if len(deviation) == 1 else 1.0
        self.q = torch.tensor(q)

    def function(self, e: Tensor) -> Tensor:
        """max(-q e, (1 - q) e)."""
        q = self.q.to(e)
        return torch.maximum(-q * e, (1 - q) * e)

    def slope(self, e: Tensor, share: float) -> Tensor:
        """(sign e + 1 - 2q) / 2."""
        return e.sign_().add_(1 - 2 * self.q.to(e)).mul_(share / 2)
