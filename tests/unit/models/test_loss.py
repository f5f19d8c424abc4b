"""Losses and their gradients equal torch's and scikit-learn's."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from sklearn.metrics import mean_pinball_loss
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
from models.loss import loss, loss_unit

Reference = Callable[[Tensor, Tensor], Tensor]
"""The mean loss of a member's batch, by torch or scikit-learn."""


@dataclass(frozen=True)
class Case:
    """The losses of two members, of one kind, with their references."""

    members: tuple[ConcreteLoss, ConcreteLoss]
    reported: tuple[Reference, Reference]
    minimized: tuple[Reference, Reference]


def _smoothed(factor: float) -> Reference:
    return lambda outputs, targets: functional.cross_entropy(outputs, targets, label_smoothing=factor)


def _binary(factor: float) -> Reference:
    return lambda outputs, targets: functional.binary_cross_entropy_with_logits(
        outputs, targets * (1 - factor) + factor / 2
    )


def _huber(delta: float) -> Reference:
    return lambda outputs, targets: functional.huber_loss(outputs, targets, delta=delta)


def _pinball(q: float) -> Reference:
    return lambda outputs, targets: torch.where(
        outputs <= targets, q * (targets - outputs), (1 - q) * (outputs - targets)
    ).mean()


CASES = [
    Case((CrossEntropy(), CrossEntropy()), (_smoothed(0),) * 2, (_smoothed(0),) * 2),
    Case(
        (CrossEntropy(label_smoothing=0.3), CrossEntropy()),
        (_smoothed(0),) * 2,
        (_smoothed(0.3), _smoothed(0)),
    ),
    Case((BinaryCrossEntropy(), BinaryCrossEntropy()), (_binary(0),) * 2, (_binary(0),) * 2),
    Case(
        (BinaryCrossEntropy(label_smoothing=0.2), BinaryCrossEntropy()),
        (_binary(0),) * 2,
        (_binary(0.2), _binary(0)),
    ),
    Case((SquaredLoss(), SquaredLoss()), (functional.mse_loss,) * 2, (functional.mse_loss,) * 2),
    Case((AbsoluteLoss(), AbsoluteLoss()), (functional.l1_loss,) * 2, (functional.l1_loss,) * 2),
    Case((HuberLoss(delta=0.4), HuberLoss()), (_huber(0.4), _huber(1)), (_huber(0.4), _huber(1))),
    Case((QuantileLoss(q=0.9), QuantileLoss()), (_pinball(0.9), _pinball(0.5)), (_pinball(0.9), _pinball(0.5))),
]
IDS = [type(case.members[0]).__name__ + ("" if case.members[0] == case.members[1] else " mixed") for case in CASES]


def _draws(kind: ConcreteLoss, units: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    draws = torch.Generator().manual_seed(0)
    outputs = 2 * torch.randn(2, 50, units, generator=draws, dtype=torch.float64)
    if isinstance(kind, CrossEntropy):
        return outputs.to(dtype), torch.randint(0, units, (2, 50), generator=draws)
    if isinstance(kind, BinaryCrossEntropy):
        return outputs.to(dtype), torch.randint(0, 2, (2, 50, units), generator=draws).to(dtype)
    return outputs.to(dtype), torch.randn(2, 50, units, generator=draws, dtype=torch.float64).to(dtype)


@pytest.mark.parametrize(("dtype", "rtol"), [(torch.float64, 1e-12), (torch.float32, 2e-6)], ids=["float64", "float32"])
@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_values_and_gradient_are_the_references_for_every_member(
    case: Case, units: int, dtype: torch.dtype, rtol: float
) -> None:
    outputs, targets = _draws(case.members[0], units, dtype)
    of = loss(case.members, [1.0] * units, outputs)
    values = of.values(outputs, targets)
    gradient = of.gradient(outputs, targets, torch.empty_like(outputs))
    for k in range(2):
        torch.testing.assert_close(values[k].mean(), case.reported[k](outputs[k], targets[k]), rtol=rtol, atol=rtol)
        row = outputs[k].clone().requires_grad_()
        case.minimized[k](row, targets[k]).backward()  # type: ignore[no-untyped-call]
        torch.testing.assert_close(gradient[k], row.grad, rtol=rtol, atol=rtol / 50)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_gradient_is_the_slope_of_the_loss(case: Case) -> None:
    outputs, targets = _draws(case.members[0], 3, torch.float64)
    gradient = loss(case.members, [1.0] * 3, outputs).gradient(outputs, targets, torch.empty_like(outputs))
    step = 1e-6
    for k, row, unit in ((0, 0, 0), (1, 7, 2), (0, 49, 1)):
        losses = []
        for change in (step, -step):
            moved = outputs[k].clone()
            moved[row, unit] += change
            losses.append(float(case.minimized[k](moved, targets[k])))
        assert float(gradient[k, row, unit]) == pytest.approx((losses[0] - losses[1]) / (2 * step), rel=1e-6, abs=1e-9)


def test_the_quantile_loss_is_scikit_learns() -> None:
    outputs, targets = _draws(QuantileLoss(), 1, torch.float64)
    values = loss([QuantileLoss(q=0.8)], [1.0], outputs).values(outputs[:1], targets[:1])
    expected = mean_pinball_loss(targets[0].numpy(), outputs[0].numpy(), alpha=0.8)
    assert float(values.mean()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "kind", [SquaredLoss(), AbsoluteLoss(), HuberLoss(delta=5.0), HuberLoss(), QuantileLoss(q=0.3)]
)
def test_a_standardized_loss_in_its_unit_is_the_loss_in_the_targets_units(kind: ConcreteLoss) -> None:
    outputs, targets = _draws(kind, 1, torch.float64)
    standard = loss([kind], [12.0], outputs).values(outputs[:1], targets[:1]) * loss_unit(kind, [12.0])
    same = HuberLoss(delta=12.0) if kind == HuberLoss() else kind
    own = loss([same], [1.0], outputs).values(12 * outputs[:1], 12 * targets[:1])
    torch.testing.assert_close(standard, own, rtol=1e-12, atol=0)


def test_the_unit_of_several_targets_or_classes_is_one() -> None:
    assert loss_unit(SquaredLoss(), [2.0, 3.0]) == 1
    assert loss_unit(CrossEntropy(), [1.0]) == 1


def test_a_huber_delta_counts_in_the_units_of_each_target() -> None:
    """Errors of 1 standard deviation are 10 and 0.1 in the targets' own units, and so above and below the delta of
    2."""
    outputs = torch.ones(1, 1, 2, dtype=torch.float64)
    of = loss([HuberLoss(delta=2.0)], [10.0, 0.1], outputs)
    assert of.values(outputs, torch.zeros(1, 1, 2)).item() == pytest.approx((0.2 * (1 - 0.1) + 0.5) / 2)


def test_one_target_may_lack_its_axis() -> None:
    outputs, targets = _draws(SquaredLoss(), 1, torch.float32)
    of = loss([SquaredLoss()] * 2, [1.0], outputs)
    assert torch.equal(of.values(outputs, targets), of.values(outputs, targets[..., 0]))


def test_a_network_that_knows_nothing_has_the_loss_ln_of_the_classes() -> None:
    outputs = torch.zeros(1, 1, 10, dtype=torch.float64)
    values = loss([CrossEntropy()], [1.0], outputs).values(outputs, torch.tensor([[3]]))
    assert values.item() == pytest.approx(2.302585092994046)


def test_right_is_where_the_largest_output_is_the_class() -> None:
    outputs = torch.tensor([[[1.0, 2.0], [3.0, 0.0]]])
    right = loss([CrossEntropy()], [1.0], outputs).correct(outputs, torch.tensor([[1, 1]]))
    assert right is not None
    assert right.tolist() == [[True, False]]
    assert loss([SquaredLoss()], [1.0], outputs).correct(outputs, torch.zeros(1, 2)) is None


def test_right_is_the_share_of_the_labels() -> None:
    outputs = torch.tensor([[[1.0, -2.0, 3.0, 0.1], [3.0, -1.0, -1.0, -1.0]]])
    right = loss([BinaryCrossEntropy()], [1.0], outputs).correct(
        outputs, torch.tensor([[[1.0, 0, 0, 1], [1, 0, 0, 0]]])
    )
    assert right is not None
    assert right.tolist() == [[0.75, 1.0]]
