"""The best constant prediction of each loss."""

from math import log

import pytest
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
from models.loss import loss
from worker.training.constant import best_constant, constant_words
from worker.training.data import Split, with_mean_one
from worker.training.divergence import constant_loss

REGRESSION = [SquaredLoss(), AbsoluteLoss(), HuberLoss(), HuberLoss(delta=0.2), QuantileLoss(q=0.9), QuantileLoss()]


def _skewed(targets: int, weigh: bool) -> Split:
    draws = torch.Generator().manual_seed(0)
    values = torch.randn(101, targets, generator=draws, dtype=torch.float64).exp()
    weights = with_mean_one(torch.rand(101, generator=draws)) if weigh else None
    return Split(torch.zeros(101, 1), values.squeeze(1), evaluation_weights=weights)


def _loss_of(kind: ConcreteLoss, split: Split, constant: Tensor) -> float:
    weights = 1.0 if split.evaluation_weights is None else split.evaluation_weights
    outputs = constant.expand(1, len(split), -1)
    return float((weights * loss([kind], [1.0] * len(constant), outputs).values(outputs, split.targets[None])).sum())


@pytest.mark.parametrize("weigh", [False, True], ids=["even", "weighted"])
@pytest.mark.parametrize("targets", [1, 2])
@pytest.mark.parametrize("kind", REGRESSION, ids=repr)
def test_no_other_constant_has_a_smaller_loss(kind: ConcreteLoss, targets: int, weigh: bool) -> None:
    split = _skewed(targets, weigh)
    best = best_constant(kind, split, targets, (1.0,) * targets)
    least = _loss_of(kind, split, best)
    for change in (-0.3, -0.01, 0.01, 0.3):
        for target in range(targets):
            other = best.clone()
            other[target] += change
            assert _loss_of(kind, split, other) >= least - 1e-9


def test_labels_are_predicted_by_their_shares() -> None:
    """Of 8 examples, 2 have the first label and all have the second. The shares are computed with one more example with
    and one without each label."""
    targets = torch.tensor([[1.0, 1.0]] * 2 + [[0.0, 1.0]] * 6)
    constant = best_constant(BinaryCrossEntropy(), Split(torch.zeros(8, 1), targets), 2, (1.0,))
    assert constant.tolist() == pytest.approx([log(3 / 7), log(9)])


def test_weighted_classes_are_predicted_by_their_weights() -> None:
    split = Split(torch.zeros(4, 1), torch.tensor([0, 0, 0, 1]), evaluation_weights=torch.tensor([0.5, 0.5, 0.5, 2.5]))
    assert best_constant(CrossEntropy(), split, 2, (1.0,)).exp().tolist() == pytest.approx([2.5 / 6, 3.5 / 6])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (CrossEntropy(), "the most frequent class"),
        (BinaryCrossEntropy(), "the more frequent value of each label"),
        (SquaredLoss(), "the mean of the targets"),
        (AbsoluteLoss(), "the median of the targets"),
        (QuantileLoss(q=0.9), "the 0.9-quantile of the targets"),
        (HuberLoss(), "the constant with the least loss"),
    ],
)
def test_the_constant_has_a_name(kind: ConcreteLoss, words: str) -> None:
    assert constant_words(kind, 1) == words


@pytest.mark.parametrize("kind", REGRESSION, ids=repr)
def test_divergence_is_judged_by_the_loss_of_the_mean(kind: ConcreteLoss) -> None:
    split = _skewed(2, weigh=False)
    expected = _loss_of(kind, split, split.targets.mean(0)) / len(split)
    assert constant_loss(kind, split.targets, 2, (1.0, 1.0)) == pytest.approx(expected)


def test_labels_and_classes_are_judged_by_even_chances() -> None:
    assert constant_loss(BinaryCrossEntropy(), torch.zeros(3, 4), 4) == log(2)
    assert constant_loss(CrossEntropy(), torch.zeros(3, dtype=torch.int64), 4) == log(4)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0], [float("nan"), 1.0]])
def test_weights_without_a_sum_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="must be 0 or more"):
        with_mean_one(torch.tensor(weights))
