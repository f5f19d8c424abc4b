"""Predictions that are the same for every example: what a network must beat."""

from typing import assert_never

import torch
from torch import Tensor

from gradus.spec.loss import (
    AbsoluteLoss,
    BinaryCrossEntropy,
    ConcreteLoss,
    CrossEntropy,
    HuberLoss,
    QuantileLoss,
    SquaredLoss,
)
from models.loss import loss, loss_unit, standardized_delta
from worker.training.data import Split

BISECTIONS = 60
TOGETHER = 2**22
"""Outputs whose losses are computed together: 32 MB of each number that they need."""


def best_constant(kind: ConcreteLoss, train: Split, outputs: int, deviation: tuple[float, ...]) -> Tensor:
    """The outputs with the least loss on the training split if they are the same for all examples, float64, (outputs,).

    Frequencies are smoothed by adding one example of each class, so that no class has probability 0. If classes have
    weights, the frequencies are those of the weighted examples, whose loss training minimizes: with balanced weights,
    not even the rarity of a class is to be learned.
    """
    targets, weights = train.targets.cpu(), train.weights if has_class_weights(train) else train.evaluation_weights
    w = torch.ones(len(targets), dtype=torch.float64) if weights is None else weights.cpu().double()
    if isinstance(kind, CrossEntropy):
        counts = torch.bincount(targets, w, minlength=outputs) + 1
        return (counts / counts.sum()).log()
    y = targets.double().view(len(targets), outputs)
    match kind:
        case BinaryCrossEntropy():
            return ((w @ y + 1) / (w.sum() + 2)).logit()
        case SquaredLoss():
            return w @ y / w.sum()
        case AbsoluteLoss():
            return _quantile(y, w, 0.5)
        case QuantileLoss():
            return _quantile(y, w, kind.q)
        case HuberLoss():
            return _centre(y, w, y.new_tensor(standardized_delta(kind, deviation)))
        case _:
            assert_never(kind)


def constant_loss(constant: Tensor, kind: ConcreteLoss, split: Split, deviation: tuple[float, ...]) -> float:
    """The loss of a constant prediction (outputs,) on a split, in the unit of the metrics."""
    function, rows = loss([kind], deviation, constant), max(1, TOGETHER // len(constant))
    total = 0.0
    for first in range(0, len(split), rows):
        part = slice(first, first + rows)
        targets = split.targets[part].cpu()
        targets = targets.double() if targets.is_floating_point() else targets
        values = function.values(constant.expand(1, len(targets), -1), targets[None])[0]
        weights = split.evaluation_weights
        total += float((values if weights is None else values * weights[part].cpu()).sum())
    return loss_unit(kind, deviation) * total / split.total_weight


def has_class_weights(train: Split) -> bool:
    """Whether classes have weights, so that examples have other weights in the gradient than in the reported loss."""
    weights, reported = train.weights, train.evaluation_weights
    return weights is not None and (reported is None or not torch.equal(weights, reported))


def constant_words(kind: ConcreteLoss, targets: int) -> str:
    """What `best_constant` predicts, for messages."""
    of = "of the targets" if targets == 1 else "of each target"
    match kind:
        case CrossEntropy():
            return "the most frequent class"
        case BinaryCrossEntropy():
            return "the more frequent value of each label"
        case SquaredLoss():
            return f"the mean {of}"
        case AbsoluteLoss():
            return f"the median {of}"
        case QuantileLoss():
            return f"the {kind.q:.4g}-quantile {of}"
        case HuberLoss():
            return "the constant with the least loss"
        case _:
            assert_never(kind)


def _quantile(y: Tensor, w: Tensor, q: float) -> Tensor:
    """The weighted quantile of each column (n, targets): the least value at or below which the share q of the weights
    (n,) lies."""
    values, order = y.sort(0)
    reached = w[order].cumsum(0) >= q * w.sum()  # (n, targets)
    return values.gather(0, reached.to(torch.int8).argmax(0, keepdim=True))[0]


def _centre(y: Tensor, w: Tensor, delta: Tensor) -> Tensor:
    """Where the slope of the weighted Huber loss is 0, by bisection, for each column (n, targets)."""
    low, high = y.amin(0), y.amax(0)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        rises = w @ (middle - y).clamp(-delta, delta) > 0
        low, high = torch.where(rises, low, middle), torch.where(rises, middle, high)
    return (low + high) / 2
