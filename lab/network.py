"""Forward and backward passes of dense layers, for one network or a stack of networks along leading axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from gradus.lab.network import Network
from gradus.spec.activation import Activation
from gradus.spec.initializer import Auto, Ntk, Xavier, resolve_init
from lab.activation import derivative, value
from lab.array import Array
from lab.draws import draws
from lab.initial_weights import LabInit, initial_weights

_EPS = 1e-5
"""The epsilon of batch normalization, as in specs."""


@dataclass(frozen=True)
class Layer:
    """a = f(norm(x W) + b), where norm is normalization over the batch or the identity."""

    weights: Array  # (..., fan_in, units)
    bias: Array  # (..., 1, units)
    activation: Activation
    batch_norm: bool = False


@dataclass(frozen=True)
class Pass:
    """The results of a layer's forward pass that its backward pass needs."""

    inputs: Array  # (..., examples, fan_in)
    normalized: Array  # (..., examples, units): norm(x W)
    inverse_deviation: Array | float  # (..., 1, units)
    z: Array  # (..., examples, units): what the activation is applied to
    outputs: Array  # (..., examples, units)
    activation: Activation

    @cached_property
    def slope(self) -> Array:
        """f'(z). Kept, as several backward passes may share a forward pass."""
        return derivative(self.activation, self.z)


@dataclass(frozen=True)
class LayerGradient:
    """The gradient of the loss with respect to a layer's weighted sums x W and its parameters."""

    inputs: Array  # of the layer
    z: Array
    sums: Array

    @property
    def weights(self) -> Array:
        """The gradient with respect to the weights."""
        return np.asarray(self.inputs.swapaxes(-1, -2) @ self.sums)

    @property
    def bias(self) -> Array:
        """The gradient with respect to the bias."""
        return np.asarray(self.z.sum(-2, keepdims=True))


def hidden_layers(network: Network, fan_in: int, units: int, depth: int, seed: int) -> list[Layer]:
    """Untrained layers with weights drawn from a seed; biases are 0. The weights of a layer do not depend on the
    depth."""
    init = resolved(network)
    widths = [fan_in, *[units] * depth]
    return [
        Layer(
            initial_weights(init, rows, columns, draws(seed, "weights", place)),
            np.zeros((1, columns)),
            network.activation,
            network.batch_norm,
        )
        for place, (rows, columns) in enumerate(pairwise(widths))
    ]


def output_layer(fan_in: int, units: int, seed: int, place: int) -> Layer:
    """A layer of logits with Xavier weights."""
    weights = initial_weights(Xavier(), fan_in, units, draws(seed, "output", place))
    return Layer(weights, np.zeros((1, units)), "identity")


def resolved(network: Network) -> LabInit:
    """The network's initializer, `auto` resolved for its activation."""
    init = resolve_init(network.init, network.activation) if isinstance(network.init, Auto) else network.init
    assert not isinstance(init, Ntk), "auto never stands for the NTK form"
    return init


def forward(layers: Sequence[Layer], inputs: Array) -> list[Pass]:
    """The passes of all layers, for inputs (..., examples, fan_in)."""
    passes: list[Pass] = []
    for layer in layers:
        passes.append(_forward(layer, passes[-1].outputs if passes else inputs))
    return passes


def backward(layers: Sequence[Layer], passes: Sequence[Pass], outputs_gradient: Array) -> list[LayerGradient]:
    """The gradients of all layers, from the gradient with respect to the last layer's outputs."""
    gradients: list[LayerGradient] = []
    for layer, one in zip(reversed(layers), reversed(passes), strict=True):
        gradients.append(_backward(layer, one, outputs_gradient))
        outputs_gradient = gradients[-1].sums @ layer.weights.swapaxes(-1, -2)
    return gradients[::-1]


def _forward(layer: Layer, inputs: Array) -> Pass:
    normalized, inverse_deviation = inputs @ layer.weights, 1.0
    if layer.batch_norm:
        normalized = normalized - normalized.mean(-2, keepdims=True)
        inverse_deviation = 1 / np.sqrt(np.square(normalized).mean(-2, keepdims=True) + _EPS)
        normalized = normalized * inverse_deviation
    z = normalized + layer.bias
    return Pass(inputs, normalized, inverse_deviation, z, value(layer.activation, z), layer.activation)


def _backward(layer: Layer, one: Pass, outputs_gradient: Array) -> LayerGradient:
    dz = outputs_gradient * one.slope
    sums = dz
    if layer.batch_norm:
        aligned = one.normalized * (dz * one.normalized).mean(-2, keepdims=True)
        sums = (dz - dz.mean(-2, keepdims=True) - aligned) * one.inverse_deviation
    return LayerGradient(one.inputs, dz, sums)
