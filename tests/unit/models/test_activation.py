"""Activations and their derivatives equal torch's."""

import pytest
import torch

from gradus.spec.activation import ACTIVATIONS, Activation
from models.activation import activation_function
from tests.reference import ACTIVATIONS as MODULES

CLOSED_FORMS = {  # at z = 1
    "relu": 1.0,
    "sigmoid": 0.7310585786300049,  # 1 / (1 + e^-1)
    "tanh": 0.7615941559557649,
    "elu": 1.0,
    "selu": 1.0507009873554805,  # λ
    "leaky_relu": 1.0,
    "gelu": 0.8413447460685429,  # Φ(1)
    "silu": 0.7310585786300049,
    "mish": 0.8650983882673103,  # tanh(ln(1 + e))
    "softplus": 1.3132616875182228,  # ln(1 + e)
    "identity": 1.0,
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_value_and_slope_are_torchs(activation: Activation) -> None:
    z = torch.linspace(-6, 6, 101, dtype=torch.float64, requires_grad=True)
    expected = MODULES[activation]()(z)
    (grad,) = torch.autograd.grad(expected.sum(), z)
    y, dy = torch.empty(101, dtype=torch.float64), torch.full((101,), 2.0, dtype=torch.float64)
    activation_function(activation).value(z.detach(), y)
    activation_function(activation).grad(dy, z.detach(), y)
    torch.testing.assert_close(y, expected.detach(), rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(dy, 2 * grad, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_value_at_one_is_the_formulas(activation: Activation) -> None:
    y = torch.empty(1, dtype=torch.float64)
    activation_function(activation).value(torch.ones(1, dtype=torch.float64), y)
    assert y.item() == pytest.approx(CLOSED_FORMS[activation], rel=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_slope_is_that_of_a_small_step(activation: Activation) -> None:
    function, step = activation_function(activation), 1e-6
    z = torch.linspace(-3.05, 3.05, 62, dtype=torch.float64)  # 0, where some have a kink, is not among them
    y, above, below = (torch.empty_like(z) for _ in range(3))
    function.value(z + step, above)
    function.value(z - step, below)
    function.value(z, y)
    slope = torch.ones_like(z)
    function.grad(slope, z, y)
    torch.testing.assert_close(slope, (above - below) / (2 * step), rtol=1e-7, atol=1e-9)
