"""Dense layers and sums of layers, with hand-written forward and backward passes for K networks at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Protocol

import torch
from torch import Tensor

from gradus.spec.activation import Activation
from gradus.spec.nodes.dense import DensePlan
from models.activation import ActivationLayer
from models.batch import Buffers
from models.batch_norm import BatchNormTensors, Normalization
from models.dropout import Dropout, Masks
from models.observation import Observation, observed
from models.part import Part
from models.precision import Products
from models.tap import Taps
from models.view import View


class Layer(Protocol):
    """One layer of K networks."""

    @property
    def output(self) -> Tensor:
        """The output of the last forward pass, (K, b, units)."""

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output for x (K, b, fan_in) in training mode."""

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """Write the parameters' gradient; with `needs_dx`, return the gradient with respect to x. `dy` is
        overwritten."""

    def evaluate(self, x: Tensor) -> Tensor:
        """The layer's output for x (K, n, fan_in) in evaluation mode."""


@dataclass(frozen=True, eq=False)
class DenseTensors:
    """The parameters and gradients of a dense layer of K members: views of the flat storage."""

    weight: Tensor
    """(K, fan_in, units)."""
    bias: Tensor | None
    """(K, 1, units)."""
    weight_gradient: Tensor
    bias_gradient: Tensor | None
    batch_norm: BatchNormTensors | None


class DenseLayer:
    """dropout(activation(batch_norm(x W + b))), in NTK form with x / sqrt(fan_in) for x."""

    def __init__(
        self,
        tensors: DenseTensors,
        parts: Sequence[Part],
        products: Products,
        batch: int,
        buffers: Buffers,
        input_factor: float = 1.0,
    ) -> None:
        """`input_factor` multiplies x: 1/sqrt(fan_in) in NTK form."""
        self._tensors, self._products = tensors, products
        self._parts = parts
        members, fan_in, units = tensors.weight.shape
        self._factor = input_factor
        self._scaled = buffers.empty(members, batch, fan_in) if input_factor != 1 else tensors.weight
        self._sums = buffers.empty(members, batch, units)
        self._dx = buffers.empty(members, batch, fan_in)
        self._x: Tensor | None = None
        self._dz: Tensor | None = None
        self.output = self._sums

    @property
    def input(self) -> Tensor:
        """The x of the last forward pass, (K, b, fan_in), multiplied by 1/sqrt(fan_in) in NTK form."""
        assert self._x is not None
        return self._x

    def show(self, observation: Observation | None) -> None:
        """Show the inputs of the activation function to the observation; None ends an earlier observation."""
        self._parts = observed(self._parts, observation)

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output for x (K, b, fan_in) in training mode."""
        if self._factor != 1:
            x = torch.mul(x, self._factor, out=self._scaled)
        if x is not self._x:  # only the first time, as every step's input is in the same memory
            self._bind_forward(x)
        self._forward()
        y = self._sums
        for part in self._parts:
            y = part.forward(y)
        self.output = y
        return y

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """Write the parameters' gradient; with `needs_dx`, return the gradient with respect to x."""
        for part in reversed(self._parts):
            dy = part.backward(dy)
        if dy is not self._dz:
            self._bind_backward(dy)
        self._weight_gradient()
        if self._tensors.bias_gradient is not None:
            torch.sum(dy, 1, keepdim=True, out=self._tensors.bias_gradient)
        if not needs_dx:
            return None
        self._input_gradient()
        return self._dx if self._factor == 1 else self._dx.mul_(self._factor)

    def evaluate(self, x: Tensor) -> Tensor:
        """The layer's output for x (K, n, fan_in), with the running statistics and without dropout."""
        weight = self._tensors.weight
        x = x if self._factor == 1 else x * self._factor
        y = x.new_empty(*x.shape[:2], weight.shape[2])
        self._products.bind(x, weight, y, self._tensors.bias)()
        for part in self._parts:
            y = part.evaluate(y)
        return y

    def observe(self) -> Taps:
        """From now on, keep copies of what passes through the layer. Only for probes, because it takes time and
        memory."""
        taps = Taps()
        self._parts = taps.among(self._parts)
        return taps

    def _bind_forward(self, x: Tensor) -> None:
        """z = x W + b."""
        self._x, self._dz = x, None
        self._forward = self._products.bind(x, self._tensors.weight, self._sums, self._tensors.bias)

    def _bind_backward(self, dz: Tensor) -> None:
        """dW = xᵀ dz, dx = dz Wᵀ."""
        assert self._x is not None
        self._dz = dz
        self._weight_gradient = self._products.bind(self._x.mT, dz, self._tensors.weight_gradient)
        self._input_gradient = self._products.bind(dz, self._tensors.weight.mT, self._dx)


class SumLayer:
    """activation(x₁ + x₂ + …)."""

    def __init__(self, needs_dx: Sequence[bool], activation: Activation, shape: tuple[int, ...], buffers: Buffers):
        """`needs_dx` says for each input whether its gradient is needed; `shape` is the shape of every input, (K, b,
        ...)."""
        self._sum = buffers.empty(*shape)
        self._first = first = needs_dx.index(True) if any(needs_dx) else 0
        self._copies = [buffers.empty(*shape) if need and i > first else None for i, need in enumerate(needs_dx)]
        units = shape[0], shape[1], prod(shape[2:])
        self._units = self._sum.view(units)
        self._as_inputs = View(lambda y: y.view(shape))
        self._activation = None
        if activation != "identity":
            self._activation = ActivationLayer(activation, units, buffers, in_place=True)
        self.output = self._sum
        self._observation: Observation | None = None

    def show(self, observation: Observation | None) -> None:
        """Have the observation record the sums of each forward pass; None ends that."""
        self._observation = observation

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """The activated sum."""
        torch.add(inputs[0], inputs[1], out=self._sum)
        for x in inputs[2:]:
            self._sum.add_(x)
        if self._activation is not None:
            self.output = self._as_inputs(self._activation.forward(self._units))
        return self.output

    def backward(self, dy: Tensor) -> list[Tensor | None]:
        """The gradient with respect to each input that needs one. These gradients are equal, but each has its own
        memory."""
        if self._activation is not None:
            self._activation.backward(dy.view(self._units.shape))  # in place
        if self._observation is not None:
            self._observation.backward(dy.view(self._units.shape))
        dxs = [None if copy is None else copy.copy_(dy) for copy in self._copies]
        dxs[self._first] = dy
        return dxs

    def evaluate(self, inputs: Sequence[Tensor]) -> Tensor:
        """The activated sum."""
        y = inputs[0] + inputs[1]
        for x in inputs[2:]:
            y.add_(x)
        if self._observation is not None:
            self._observation.evaluate(y.flatten(2))
        return y if self._activation is None else self._activation.evaluate(y.flatten(2)).view(y.shape)


def dense(
    plan: DensePlan, tensors: DenseTensors, masks: Masks | None, products: Products, batch: int, buffers: Buffers
) -> DenseLayer:
    """A dense layer for one batch size. `tensors` and `masks` hold everything that differs between members."""
    shape = (len(tensors.weight), batch, plan.units)
    parts: list[Part] = []
    if plan.batch_norm is not None:
        assert tensors.batch_norm is not None
        parts.append(Normalization(plan.batch_norm, tensors.batch_norm, batch, buffers))
    if plan.activation != "identity":
        parts.append(ActivationLayer(plan.activation, shape, buffers))
    if masks is not None:
        parts.append(Dropout(masks, shape, buffers))
    return DenseLayer(tensors, parts, products, batch, buffers, plan.input_factor)
