"""The loss of K members: its value for each example, and its gradient with respect to the network's outputs.

Formulas and sources are those of `gradus.spec.loss`. Outputs and regression targets are standardized here; `loss_unit`
converts losses to the targets' units. The losses of all members are of one kind, but their settings may differ.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar, assert_never

import torch
from torch import Tensor
from torch.nn import functional

from gradus.spec.loss import (
    AbsoluteLoss,
    BinaryCrossEntropy,
    ConcreteLoss,
    CrossEntropy,
    HuberLoss,
    QuantileLoss,
    SquaredLoss,
)

Kind = TypeVar("Kind", bound=ConcreteLoss)


class Loss(Protocol):
    """A loss function; the loss of a batch is the mean over its examples."""

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Reported loss of each example, without label smoothing: outputs (..., K, b, units), targets (..., K, b) or
        (..., K, b, units), result (..., K, b)."""

    def minimized(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example that training minimizes, with label smoothing: the same shapes."""

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor | None:
        """Whether each example is classified correctly, bool (..., K, b); for several labels the share of them that is
        right; None for regression."""

    def gradient(self, outputs: Tensor, targets: Tensor, out: Tensor) -> Tensor:
        """Gradient of the batch's mean loss with respect to the outputs, (K, b, units), written to `out`."""


class Softmax:
    """Softmax and cross-entropy. Its gradient is (p - q) / b, where q is onehot (1 - ε) + ε / classes."""

    def __init__(self, smoothing: Sequence[float], like: Tensor) -> None:
        self._minus_share = like.new_tensor([factor - 1 for factor in smoothing])[:, None, None]  # (K, 1, 1)
        self._smoothing = like.new_tensor(smoothing)[:, None, None] if any(smoothing) else None

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """-ln p(class)."""
        return -outputs.log_softmax(-1).gather(-1, targets[..., None]).squeeze(-1)

    def minimized(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """-Σ q ln p over the classes."""
        values = self.values(outputs, targets)
        if self._smoothing is None:
            return values
        return torch.lerp(values, -outputs.log_softmax(-1).mean(-1), self._smoothing.squeeze(-1).to(values))

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the largest output is that of the target class."""
        return outputs.argmax(-1) == targets

    def gradient(self, outputs: Tensor, targets: Tensor, out: Tensor) -> Tensor:
        """Gradient with respect to the outputs."""
        torch.softmax(outputs, -1, out=out)
        out.scatter_add_(-1, targets[..., None], self._minus_share.expand(*targets.shape, 1))
        if self._smoothing is not None:
            out.sub_(self._smoothing / outputs.shape[2])
        return out.div_(outputs.shape[1])


class Sigmoids:
    """A sigmoid and binary cross-entropy for each label. Its gradient is (p - y (1 - ε) - ε/2) / (labels · b)."""

    def __init__(self, smoothing: Sequence[float], like: Tensor) -> None:
        self._smoothing = like.new_tensor(smoothing)[:, None, None] if any(smoothing) else None

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean over the labels of -y ln p - (1 - y) ln(1 - p)."""
        return functional.binary_cross_entropy_with_logits(outputs, targets, reduction="none").mean(-1)

    def minimized(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Like `values`, with the smoothed targets y (1 - ε) + ε/2."""
        return self.values(outputs, self._smoothed(targets))

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The share of the labels whose p is on the target's side of 1/2."""
        return ((outputs > 0) == (targets > 0.5)).to(outputs.dtype).mean(-1)

    def gradient(self, outputs: Tensor, targets: Tensor, out: Tensor) -> Tensor:
        """Gradient with respect to the outputs."""
        torch.sigmoid(outputs, out=out)
        return out.sub_(self._smoothed(targets)).div_(outputs.shape[1] * outputs.shape[2])

    def _smoothed(self, targets: Tensor) -> Tensor:
        if self._smoothing is None:
            return targets
        return torch.lerp(targets, targets.new_full((), 0.5), self._smoothing.to(targets))


class ErrorFunction(Protocol):
    """A function of the error e = ŷ - y of each target."""

    def values(self, errors: Tensor) -> Tensor:
        """The function's values, (..., K, b, targets)."""

    def slopes(self, errors: Tensor, share: float) -> Tensor:
        """Its derivatives times `share`, (K, b, targets), in place."""


class Regression:
    """The mean over the targets of a function of their errors."""

    def __init__(self, function: ErrorFunction) -> None:
        self._function = function

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each example."""
        values = self._function.values(outputs - _columns(targets, outputs))
        return values.squeeze(-1) if values.shape[-1] == 1 else values.mean(-1)

    def minimized(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Like `values`: nothing is smoothed."""
        return self.values(outputs, targets)

    def correct(self, outputs: Tensor, targets: Tensor) -> None:
        """None, as regression has no accuracy."""

    def gradient(self, outputs: Tensor, targets: Tensor, out: Tensor) -> Tensor:
        """Gradient with respect to the outputs."""
        torch.sub(outputs, _columns(targets, outputs), out=out)
        _, batch, units = outputs.shape
        return self._function.slopes(out, 1 / (batch * units))


class Squared:
    """e²."""

    def values(self, errors: Tensor) -> Tensor:
        """e²."""
        return errors.square()

    def slopes(self, errors: Tensor, share: float) -> Tensor:
        """2 e."""
        return errors.mul_(2 * share)


class Absolute:
    """|e|."""

    def values(self, errors: Tensor) -> Tensor:
        """|e|."""
        return errors.abs()

    def slopes(self, errors: Tensor, share: float) -> Tensor:
        """sign e, which is 0 for e = 0."""
        return errors.sign_().mul_(share)


class Huber:
    """e²/2 where |e| ≤ δ, δ (|e| - δ/2) beyond."""

    def __init__(self, delta: Sequence[Sequence[float]], like: Tensor) -> None:
        """`delta` in standard deviations, for each member and target."""
        self._delta = like.new_tensor(delta)[:, None]  # (K, 1, targets)
        self._minus_delta = -self._delta

    def values(self, errors: Tensor) -> Tensor:
        """m (|e| - m/2), where m = min(|e|, δ)."""
        size = errors.abs()
        inner = torch.minimum(size, self._delta)
        return inner * (size - inner / 2)

    def slopes(self, errors: Tensor, share: float) -> Tensor:
        """e, clipped to ±δ."""
        return errors.clamp_(self._minus_delta, self._delta).mul_(share)


class Quantile:
    """-q e where e < 0, (1 - q) e elsewhere."""

    def __init__(self, q: Sequence[float], like: Tensor) -> None:
        self._q = like.new_tensor(q)[:, None, None]  # (K, 1, 1)
        self._tilt = 1 - 2 * self._q

    def values(self, errors: Tensor) -> Tensor:
        """max(-q e, (1 - q) e)."""
        return torch.maximum(-self._q * errors, (1 - self._q) * errors)

    def slopes(self, errors: Tensor, share: float) -> Tensor:
        """(sign e + 1 - 2q) / 2, which for e = 0 is between the slopes of both sides."""
        return errors.sign_().add_(self._tilt).mul_(share / 2)


def loss(members: Sequence[ConcreteLoss], deviation: Sequence[float], like: Tensor) -> Loss:
    """The losses of K members, all of one kind, for outputs with the dtype and device of `like`.

    `deviation` is the factor from each standardized regression target to its own units.
    """
    first = members[0]
    match first:
        case CrossEntropy():
            return Softmax([one.label_smoothing for one in _all(CrossEntropy, members)], like)
        case BinaryCrossEntropy():
            return Sigmoids([one.label_smoothing for one in _all(BinaryCrossEntropy, members)], like)
        case SquaredLoss():
            return Regression(Squared())
        case AbsoluteLoss():
            return Regression(Absolute())
        case HuberLoss():
            return Regression(Huber([standardized_delta(one, deviation) for one in _all(HuberLoss, members)], like))
        case QuantileLoss():
            return Regression(Quantile([one.q for one in _all(QuantileLoss, members)], like))
        case _:
            assert_never(first)


def loss_unit(kind: ConcreteLoss, deviation: Sequence[float]) -> float:
    """Factor from the loss of a standardized target to that in the target's own units; 1 for several targets, whose
    loss is reported as the mean of standardized losses."""
    match kind:
        case CrossEntropy() | BinaryCrossEntropy():
            return 1.0
        case SquaredLoss() | HuberLoss():
            return deviation[0] ** 2 if len(deviation) == 1 else 1.0
        case AbsoluteLoss() | QuantileLoss():
            return deviation[0] if len(deviation) == 1 else 1.0
        case _:
            assert_never(kind)


def standardized_delta(kind: HuberLoss, deviation: Sequence[float]) -> list[float]:
    """The delta of each target, in standard deviations of the target."""
    return [1.0 if kind.delta is None else kind.delta / each for each in deviation]


def _all(kind: type[Kind], members: Sequence[ConcreteLoss]) -> list[Kind]:
    same: list[Kind] = [member for member in members if isinstance(member, kind)]
    assert len(same) == len(members), "members of an array must have the same kind of loss"
    return same


def _columns(targets: Tensor, outputs: Tensor) -> Tensor:
    """The targets with an axis for the units, also if there is only one: (..., b, units)."""
    return targets if targets.ndim == outputs.ndim else targets[..., None]
