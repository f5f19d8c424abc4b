"""The lab's layers compute what torch computes, forward and backward."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from gradus.lab.network import Network
from gradus.spec.activation import ACTIVATIONS, Activation
from gradus.spec.initializer import Constant, He, Normal, Orthogonal, Uniform, Xavier, Zeros
from lab import cross_entropy
from lab.activation import derivative, value
from lab.draws import draws
from lab.initial_weights import LabInit, initial_weights
from lab.network import backward, forward, hidden_layers, output_layer
from models.activation import activation_function


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_activation_and_its_derivative_equal_the_trainers(activation: Activation) -> None:
    z = torch.linspace(-9, 9, 2001, dtype=torch.float64)
    z[1000] = 0.3  # not the kink
    y, dy = torch.empty_like(z), torch.ones_like(z)
    function = activation_function(activation)
    function.value(z, y)
    function.grad(dy, z, y)
    np.testing.assert_allclose(value(activation, z.numpy()), y.numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(derivative(activation, z.numpy()), dy.numpy(), rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_activation_of_a_huge_number_is_no_accident(activation: Activation) -> None:
    huge = np.array([-1e6, 1e6])
    assert np.isfinite(value(activation, huge)).all()
    assert np.isfinite(derivative(activation, huge)).all()


CURVES: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "elu": torch.nn.functional.elu,
    "identity": torch.clone,
}


@pytest.mark.parametrize("network", [Network(activation="tanh"), Network(activation="elu", batch_norm=True)])
def test_gradients_equal_autograds(network: Network) -> None:
    random = np.random.default_rng(1)
    inputs, labels = random.normal(size=(12, 5)), random.integers(4, size=12)
    layers = [*hidden_layers(network, 5, 6, 3, seed=2), output_layer(6, 4, 2, 3)]
    passes = forward(layers, inputs)
    ours = backward(layers, passes, cross_entropy.gradient(passes[-1].outputs, labels))
    pairs = [[torch.tensor(one, requires_grad=True) for one in (layer.weights, layer.bias)] for layer in layers]
    signal = torch.tensor(inputs)
    for layer, (weights, bias) in zip(layers, pairs, strict=True):
        z = signal @ weights
        if layer.batch_norm:
            z = torch.nn.functional.batch_norm(z, None, None, training=True)
        z = z + bias
        signal = CURVES[layer.activation](z)
    loss = torch.nn.functional.cross_entropy(signal, torch.tensor(labels))
    loss.backward()  # type: ignore[no-untyped-call]
    assert cross_entropy.losses(passes[-1].outputs, labels) == pytest.approx(loss.item(), rel=1e-12)
    for gradient, (weights, bias) in zip(ours, pairs, strict=True):
        assert weights.grad is not None
        assert bias.grad is not None
        np.testing.assert_allclose(gradient.weights, weights.grad.numpy(), atol=1e-9)
        np.testing.assert_allclose(gradient.bias, bias.grad.numpy(), atol=1e-9)


@pytest.mark.parametrize(
    ("init", "deviation"),
    [
        (Xavier(), math.sqrt(1 / 400)),
        (Xavier(distribution="uniform", fan="average"), math.sqrt(1 / 350)),
        (He(), math.sqrt(2 / 400)),
        (He(distribution="uniform"), math.sqrt(2 / 400)),
        (Normal(std=0.3), 0.3),
        (Uniform(bound=0.3), 0.3 / math.sqrt(3)),
        (Constant(value=0.2), 0.2),
        (Zeros(), 0),
        (Orthogonal(gain=2), 2 / math.sqrt(400)),  # 300 columns of length 2 in 400 rows
    ],
    ids=str,
)
def test_initial_weights_have_the_deviation_of_their_formula(init: LabInit, deviation: float) -> None:
    weights = initial_weights(init, 400, 300, draws(0, "weights"))
    assert weights.shape == (400, 300)
    assert math.sqrt(float(np.mean(weights**2))) == pytest.approx(deviation, rel=0.02)


def test_orthogonal_columns_are_orthogonal() -> None:
    weights = initial_weights(Orthogonal(gain=2.0), 8, 5, draws(0, "weights"))
    np.testing.assert_allclose(weights.T @ weights, 4 * np.eye(5), atol=1e-12)
    wide = initial_weights(Orthogonal(), 5, 8, draws(0, "weights"))
    np.testing.assert_allclose(wide @ wide.T, np.eye(5), atol=1e-12)
