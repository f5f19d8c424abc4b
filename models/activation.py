"""Activation functions and their derivatives, elementwise, written to preallocated memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import torch
from torch import Tensor
from torch.ops import aten  # type: ignore[import-not-found]

from gradus.spec.activation import Activation
from models.batch import Buffers

Value = Callable[[Tensor, Tensor], object]
"""(z, out): writes f(z) to out."""
Gradient = Callable[[Tensor, Tensor, Tensor], object]
"""(dy, z, y): replaces dy, the gradient of the loss with respect to y = f(z), by the gradient with respect to z."""


@dataclass(frozen=True)
class ActivationFunction:
    """An activation function and its derivative, computed by torch's kernels."""

    value: Value
    grad: Gradient


def activation_function(activation: Activation) -> ActivationFunction:  # noqa: PLR0911 - one for each kind
    """The function for an activation's name."""
    match activation:
        case "relu":
            return ActivationFunction(
                lambda z, out: torch.clamp_min(z, 0, out=out),
                lambda dy, _, y: aten.threshold_backward.grad_input(dy, y, 0, grad_input=dy),
            )
        case "sigmoid":
            return ActivationFunction(
                lambda z, out: torch.sigmoid(z, out=out),
                lambda dy, _, y: aten.sigmoid_backward.grad_input(dy, y, grad_input=dy),
            )
        case "tanh":
            return ActivationFunction(
                lambda z, out: torch.tanh(z, out=out),
                lambda dy, _, y: aten.tanh_backward.grad_input(dy, y, grad_input=dy),
            )
        case "elu":
            return ActivationFunction(
                lambda z, out: aten.elu.out(z, out=out),
                lambda dy, z, _: aten.elu_backward.grad_input(
                    dy, 1, 1, 1, is_result=False, self_or_result=z, grad_input=dy
                ),
            )
        case "leaky_relu":
            return ActivationFunction(
                lambda z, out: aten.leaky_relu.out(z, 0.01, out=out),
                lambda dy, z, _: aten.leaky_relu_backward.grad_input(dy, z, 0.01, self_is_result=False, grad_input=dy),
            )
        case "gelu":
            return ActivationFunction(
                lambda z, out: aten.gelu.out(z, out=out),
                lambda dy, z, _: aten.gelu_backward.grad_input(dy, z, grad_input=dy),
            )
        case "silu":
            return ActivationFunction(
                lambda z, out: aten.silu.out(z, out=out),
                lambda dy, z, _: aten.silu_backward.grad_input(dy, z, grad_input=dy),
            )
        case "softplus":
            return ActivationFunction(
                lambda z, out: aten.softplus.out(z, out=out),
                lambda dy, z, _: aten.softplus_backward.grad_input(dy, z, 1, 20, grad_input=dy),
            )
        case "identity":
            return ActivationFunction(lambda z, out: out.copy_(z), lambda dy, _z, _y: dy)
        case _:
            assert_never(activation)


class ActivationLayer:
    """The part of a layer that applies the activation function."""

    def __init__(self, function: ActivationFunction, shape: tuple[int, int, int], buffers: Buffers) -> None:
        """`shape` is (K, b, units)."""
        self._function = function
        self._output = buffers.empty(*shape)
        self._input = self._output

    def forward(self, z: Tensor) -> Tensor:
        """y = f(z), both (K, b, units)."""
        self._input = z
        self._function.value(z, self._output)
        return self._output

    def backward(self, dy: Tensor) -> Tensor:
        """dz = dy · f'(z), in place."""
        self._function.grad(dy, self._input, self._output)
        return dy

    def evaluate(self, z: Tensor) -> Tensor:
        """y = f(z), in place."""
        self._function.value(z, z)
        return z
