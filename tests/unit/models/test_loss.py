"""Losses and their gradients equal torch's."""

from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from gradus.spec.loss import Task
from models.loss import loss


def _case(task: Task) -> tuple[Tensor, Tensor]:
    draws = torch.Generator().manual_seed(0)
    outputs = torch.randn(2, 5, 3 if task == "classification" else 1, generator=draws, dtype=torch.float64)
    classes = torch.randint(0, 3, (2, 5), generator=draws)
    return outputs, classes if task == "classification" else torch.randn(2, 5, generator=draws, dtype=torch.float64)


def _torchs(task: Task, outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean of a member's batch."""
    if task == "classification":
        return nn.functional.cross_entropy(outputs, targets)
    return nn.functional.mse_loss(outputs[:, 0], targets)


@pytest.mark.parametrize("task", get_args(Task))
def test_values_and_gradient_are_torchs_for_every_member(task: Task) -> None:
    outputs, targets = _case(task)
    of = loss(task, outputs)
    values = of.values(outputs, targets)
    gradient = of.gradient(outputs, targets, torch.empty_like(outputs))
    for k in range(2):
        row = outputs[k].clone().requires_grad_()
        expected = _torchs(task, row, targets[k])
        expected.backward()  # type: ignore[no-untyped-call]
        torch.testing.assert_close(values[k].mean(), expected.detach(), rtol=1e-12, atol=0)
        torch.testing.assert_close(gradient[k], row.grad, rtol=1e-12, atol=1e-15)


def test_a_network_that_knows_nothing_has_the_loss_ln_of_the_classes() -> None:
    outputs = torch.zeros(1, 1, 10, dtype=torch.float64)
    values = loss("classification", outputs).values(outputs, torch.tensor([[3]]))
    assert values.item() == pytest.approx(2.302585092994046)


def test_right_is_where_the_largest_output_is_the_class() -> None:
    outputs = torch.tensor([[[1.0, 2.0], [3.0, 0.0]]])
    right = loss("classification", outputs).correct(outputs, torch.tensor([[1, 1]]))
    assert right is not None
    assert right.tolist() == [[True, False]]
    assert loss("regression", outputs).correct(outputs, torch.zeros(1, 2)) is None
