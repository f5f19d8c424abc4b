"""Activation functions and their derivatives, elementwise, written to preallocated memory."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.ops import aten  # type: ignore[import-not-found]

from gradus.spec.activation import FROM_VALUE, Activation
from models.batch import Buffers

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
"""α and λ of Klambauer et al."""

Value = Callable[[Tensor, Tensor], object]
"""(z, out): writes f(z) to out."""
Gradient = Callable[[Tensor, Tensor, Tensor], object]
"""(dy, z, y): replaces dy, the gradient of the loss with respect to y = f(z), by the gradient with respect to z."""


@dataclass(frozen=True)
class ActivationFunction:
    """An activation function and its derivative, computed by torch's kernels."""

    value: Value
    grad: Gradient


_FUNCTIONS: dict[Activation, ActivationFunction] = {
    "relu": ActivationFunction(
        lambda z, out: torch.clamp_min(z, 0, out=out),
        lambda dy, _, y: aten.threshold_backward.grad_input(dy, y, 0, grad_input=dy),
    ),
    "sigmoid": ActivationFunction(
        lambda z, out: torch.sigmoid(z, out=out),
        lambda dy, _, y: aten.sigmoid_backward.grad_input(dy, y, grad_input=dy),
    ),
    "tanh": ActivationFunction(
        lambda z, out: torch.tanh(z, out=out),
        lambda dy, _, y: aten.tanh_backward.grad_input(dy, y, grad_input=dy),
    ),
    "elu": ActivationFunction(
        lambda z, out: aten.elu.out(z, out=out),
        lambda dy, z, _: aten.elu_backward.grad_input(dy, 1, 1, 1, is_result=False, self_or_result=z, grad_input=dy),
    ),
    "selu": ActivationFunction(
        lambda z, out: aten.elu.out(z, SELU_ALPHA, SELU_SCALE, out=out),
        lambda dy, z, _: aten.elu_backward.grad_input(
            dy, SELU_ALPHA, SELU_SCALE, 1, is_result=False, self_or_result=z, grad_input=dy
        ),
    ),
    "leaky_relu": ActivationFunction(
        lambda z, out: aten.leaky_relu.out(z, 0.01, out=out),
        lambda dy, z, _: aten.leaky_relu_backward.grad_input(dy, z, 0.01, self_is_result=False, grad_input=dy),
    ),
    "gelu": ActivationFunction(
        lambda z, out: aten.gelu.out(z, out=out),
        lambda dy, z, _: aten.gelu_backward.grad_input(dy, z, grad_input=dy),
    ),
    "silu": ActivationFunction(
        lambda z, out: aten.silu.out(z, out=out),
        lambda dy, z, _: aten.silu_backward.grad_input(dy, z, grad_input=dy),
    ),
    "mish": ActivationFunction(
        lambda z, out: aten.mish.out(z, out=out),
        lambda dy, z, _: dy.copy_(aten.mish_backward(dy, z)),  # torch has no form that writes to dy
    ),
    "softplus": ActivationFunction(
        lambda z, out: aten.softplus.out(z, out=out),
        lambda dy, z, _: aten.softplus_backward.grad_input(dy, z, 1, 20, grad_input=dy),
    ),
    "identity": ActivationFunction(lambda z, out: out.copy_(z), lambda dy, _z, _y: dy),
}


LARGEST_SLOPE: dict[Activation, float] = {
    "relu": 1.0,
    "sigmoid": 0.25,
    "tanh": 1.0,
    "elu": 1.0,
    "selu": SELU_ALPHA * SELU_SCALE,
    "leaky_relu": 1.0,
    "gelu": 1.128904145,  # at sqrt 2
    "silu": 1.099839320,  # at 2.3994
    "mish": 1.088495018,  # at 1.4906
    "softplus": 1.0,
    "identity": 1.0,
}
"""The supremum of each function's derivative."""


def slopes(activation: Activation, z: Tensor) -> Tensor:
    """The derivative of an activation function at z, in new memory."""
    function, y, slope = _FUNCTIONS[activation], torch.empty_like(z), torch.ones_like(z)
    function.value(z, y)
    function.grad(slope, z, y)
    return slope


def activation_function(activation: Activation) -> ActivationFunction:
    """The function for an activation's name."""
    return _FUNCTIONS[activation]


class ActivationLayer:
    """The part of a layer that applies the activation function."""

    def __init__(
        self, activation: Activation, shape: tuple[int, int, int], buffers: Buffers, *, in_place: bool = False
    ) -> None:
        """`shape` is (K, b, units). With `in_place`, y overwrites z if the derivative does not need z."""
        self._function = activation_function(activation)
        self._in_place = in_place and activation in FROM_VALUE
        self._output = buffers.empty(*(() if self._in_place else shape))
        self._input = self._nothing = self._output.new_empty(0)

    def forward(self, z: Tensor) -> Tensor:
        """y = f(z), both (K, b, units)."""
        self._input = z
        if self._in_place:
            self._output = z
        self._function.value(z, self._output)
        return self._output

    def backward(self, dy: Tensor) -> Tensor:
        """dz = dy · f'(z), in place."""
        self._function.grad(dy, self._input, self._output)
        if self._in_place:
            self._output = self._nothing
        self._input = self._nothing
        return dy

    def evaluate(self, z: Tensor) -> Tensor:
        """y = f(z), in place."""
        self._function.value(z, z)
        return z
