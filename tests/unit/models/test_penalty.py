"""The penalties' values and gradients."""

import pytest
import torch

from models.penalty import penalty

# The lecture's table: of three weight vectors with equal or unequal sizes, L1 cannot tell what L2 can.
TABLE = [
    ((1.0, 1.0, 1.0, 1.0, 4.0, 4.0), 12.0, 36.0),
    ((2.0, 2.0, 2.0, 2.0, 2.0, 2.0), 12.0, 24.0),
    ((-2.0, 2.0, -2.0, 2.0, -2.0, 2.0), 12.0, 24.0),
]


@pytest.mark.parametrize(("weights", "absolute", "squares"), TABLE)
def test_values_are_those_of_the_lectures_table(weights: tuple[float, ...], absolute: float, squares: float) -> None:
    rows = torch.tensor([weights, weights])
    assert penalty([1.0, 0.0], [0.0, 1.0], rows).value(rows).tolist() == [absolute, squares]
    assert penalty([0.5, 0.0], [0.25, 0.0], rows).value(rows).tolist() == [absolute / 2 + squares / 4, 0.0]


def test_the_gradient_is_the_values_derivative_for_each_member() -> None:
    weights = torch.tensor([[1.0, -2.0, 3.0]] * 3, dtype=torch.float64, requires_grad=True)
    terms = penalty([0.1, 0.0, 0.2], [0.0, 0.3, 0.4], weights)
    (expected,) = torch.autograd.grad(terms.value(weights).sum(), weights)
    gradient = torch.ones_like(weights)
    terms.add_gradient(weights.detach(), gradient)
    torch.testing.assert_close(gradient, expected + 1, rtol=1e-10, atol=0)


def test_the_subgradient_at_zero_is_zero() -> None:
    weights, gradient = torch.zeros(1, 2), torch.zeros(1, 2)
    penalty([1.0], [1.0], weights).add_gradient(weights, gradient)
    assert gradient.tolist() == [[0.0, 0.0]]
