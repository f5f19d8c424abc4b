"""Hidden layers and the output layer: forward and backward, by hand, for K networks at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from gradus.spec.network import DensePlan
from models.activation import Curved, curve
from models.batch import Buffers
from models.batch_norm import BatchNormTensors, Normalization
from models.dropout import Dropout, Masks
from models.precision import Products


class Layer(Protocol):
    """One layer of K networks."""

    output: Tensor
    """What the last forward pass gave, (K, b, units)."""

    def forward(self, x: Tensor, step: int) -> Tensor:
        """The layer's output for x (K, b, fan_in), as in training."""

    def backward(self, dy: Tensor, *, on: bool) -> Tensor | None:
        """Write the parameters' gradient; with `on`, give the gradient by x. `dy` is overwritten."""

    def evaluate(self, x: Tensor) -> Tensor:
        """The layer's output for x (K, n, fan_in), as after training."""


class Part(Protocol):
    """What follows the weighted sum within a layer; backward and evaluate may work in place."""

    def forward(self, z: Tensor, step: int) -> Tensor: ...  # noqa: D102
    def backward(self, dy: Tensor) -> Tensor: ...  # noqa: D102
    def evaluate(self, z: Tensor) -> Tensor: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class DenseTensors:
    """A dense layer's place in the flat storage of K members, as views."""

    weight: Tensor
    """(K, fan_in, units)."""
    bias: Tensor | None
    """(K, 1, units)."""
    weight_gradient: Tensor
    bias_gradient: Tensor | None
    batch_norm: BatchNormTensors | None


class DenseLayer:
    """dropout(activation(batch_norm(x W + b)))."""

    def __init__(self, tensors: DenseTensors, parts: Sequence[Part], products: Products, batch: int, buffers: Buffers):
        self._tensors, self._parts, self._products = tensors, parts, products
        members, fan_in, units = tensors.weight.shape
        self._sums = buffers.empty(members, batch, units)
        self._dx = buffers.empty(members, batch, fan_in)
        self._x = self._dx
        self.output = self._sums

    def forward(self, x: Tensor, step: int) -> Tensor:
        """The layer's output for x (K, b, fan_in), as in training."""
        self._x = x
        y = self._products.sums(x, self._tensors.weight, self._tensors.bias, self._sums)
        for part in self._parts:
            y = part.forward(y, step)
        self.output = y
        return y

    def backward(self, dy: Tensor, *, on: bool) -> Tensor | None:
        """Write the parameters' gradient; with `on`, give the gradient by x."""
        t = self._tensors
        for part in reversed(self._parts):
            dy = part.backward(dy)
        self._products.weight_gradient(self._x, dy, t.weight_gradient)
        if t.bias_gradient is not None:
            torch.sum(dy, 1, keepdim=True, out=t.bias_gradient)
        return self._products.input_gradient(dy, t.weight, self._dx) if on else None

    def evaluate(self, x: Tensor) -> Tensor:
        """The layer's output for x (K, n, fan_in), by the running statistics and without dropout."""
        weight = self._tensors.weight
        y = self._products.sums(x, weight, self._tensors.bias, x.new_empty(len(x), x.shape[1], weight.shape[2]))
        for part in self._parts:
            y = part.evaluate(y)
        return y


def dense(
    plan: DensePlan, tensors: DenseTensors, masks: Masks | None, products: Products, batch: int, buffers: Buffers
) -> DenseLayer:
    """A dense layer for batches of one size; what differs between members is in `tensors` and `masks`."""
    shape = (len(tensors.weight), batch, plan.units)
    parts: list[Part] = []
    if plan.batch_norm is not None:
        assert tensors.batch_norm is not None
        parts.append(Normalization(plan.batch_norm, tensors.batch_norm, batch, buffers))
    if plan.activation != "identity":
        parts.append(Curved(curve(plan.activation), shape, buffers))
    if masks is not None:
        parts.append(Dropout(masks, shape, buffers))
    return DenseLayer(tensors, parts, products, batch, buffers)
