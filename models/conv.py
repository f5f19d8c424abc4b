"""Convolutions with hand-written forward and backward passes for K networks, channels last."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional
from torch.ops import aten  # type: ignore[import-not-found]

from gradus.spec.nodes.conv import ConvPlan
from models.activation import ActivationLayer
from models.batch import Buffers
from models.batch_norm import Normalization
from models.dropout import ChannelDropout, Masks
from models.layer import DenseTensors
from models.observation import Observation, observed
from models.part import Part
from models.precision import Products
from models.tap import Taps
from models.view import View


class ConvLayer:
    """dropout(activation(batch_norm(x ∗ W + b))), in NTK form with W / sqrt(fan_in) for W.

    Each member has a separate convolution: with the members as groups of one convolution, oneDNN took longer (see
    benchmarks/results.md). Elementwise operations work on all members at once. The result of the convolution is in new
    memory in every step, because torch cannot write it to given memory.
    """

    def __init__(
        self,
        plan: ConvPlan,
        tensors: DenseTensors,
        parts: Sequence[Part],
        products: Products,
        buffers: Buffers,
    ) -> None:
        self._plan, self._tensors, self._products = plan, tensors, products
        self._parts = parts
        members, k, before = len(tensors.weight), plan.kernel, min(plan.padding)
        inner = plan.fan_in // k**2  # input channels of a group
        self._weight = tensors.weight.view(members, k, k, inner, plan.channels).permute(0, 4, 3, 1, 2)
        self._weight_gradient = tensors.weight_gradient.view(members, k, k, inner, plan.channels).permute(0, 4, 3, 1, 2)
        kernel = buffers.empty(members, plan.channels, k, k, inner)
        self._kernel = kernel.permute(0, 1, 4, 2, 3)  # (K, channels, inner, k, k), channels last
        self._how = [plan.stride] * 2, [before] * 2, [plan.dilation] * 2
        self._excess = max(plan.padding) - before  # an even kernel has one more row of zeros at the end
        self._members = range(members)
        self._as_images = View(lambda y: y.view(members, -1, *plan.shape))
        self._nothing = tensors.weight.new_empty(0)
        self.output = self._x = self._nothing  # set in each forward pass, and freed in the backward pass

    def show(self, observation: Observation | None) -> None:
        """Show the inputs of the activation function, (K, b · pixels, channels), to the observation; None ends an
        earlier observation."""
        self._parts = observed(self._parts, observation)

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output (K, b, height, width, channels) for x (K, b, height, width, channels_in)."""
        self._load_kernel()
        self._x = self._products.rounded(x)
        y = _stacked([self._convolved(self._x[k], k) for k in self._members])
        y = y.view(len(y), -1, y.shape[-1])  # (K, pixels, channels)
        for part in self._parts:
            y = part.forward(y)
        self.output = self._as_images(y)
        return self.output

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """Write the parameters' gradient; with `needs_dx`, return the gradient with respect to x."""
        shape, dy = dy.shape, dy.reshape(len(dy), -1, dy.shape[-1])
        for part in reversed(self._parts):
            dy = part.backward(dy)
        if self._tensors.bias_gradient is not None:
            torch.sum(dy, 1, keepdim=True, out=self._tensors.bias_gradient)
        dz = self._products.rounded(dy.view(shape))
        dxs = [self._gradients(dz[k], k, needs_dx=needs_dx) for k in self._members]
        if self._plan.input_factor != 1:
            self._weight_gradient.mul_(self._plan.input_factor)
        self._as_images.free()
        self.output = self._x = self._nothing
        return _stacked([dx for dx in dxs if dx is not None]) if needs_dx else None

    def evaluate(self, x: Tensor) -> Tensor:
        """The layer's output for x (K, n, height, width, channels_in), with the running statistics and without
        dropout."""
        self._load_kernel()
        x = self._products.rounded(x)
        y = _stacked([self._convolved(x[k], k) for k in self._members])
        shape, y = y.shape, y.view(len(y), -1, y.shape[-1])
        for part in self._parts:
            y = part.evaluate(y)
        return y.view(shape)

    def observe(self) -> Taps:
        """From now on, keep copies of what passes through the layer. Only for probes, because it takes time and
        memory."""
        taps = Taps()
        self._parts = taps.among(self._parts)
        return taps

    def _load_kernel(self) -> None:
        self._kernel.copy_(self._weight)
        if self._plan.input_factor != 1:
            self._kernel.mul_(self._plan.input_factor)
        self._kernel.copy_(self._products.rounded(self._kernel))

    def _convolved(self, x: Tensor, k: int) -> Tensor:
        """x ∗ W + b of one member, (b, height, width, channels)."""
        bias = None if self._tensors.bias is None else self._tensors.bias[k, 0]
        images = self._padded(x)
        y = torch.convolution(images, self._kernel[k], bias, *self._how, False, [0, 0], self._plan.groups)  # noqa: FBT003
        return y.permute(0, 2, 3, 1).contiguous()

    def _gradients(self, dz: Tensor, k: int, *, needs_dx: bool) -> Tensor | None:
        """Write the gradient of one member's weights; with `needs_dx`, return that of its input, channels last."""
        images = self._padded(self._x[k])
        dx, dw, _ = aten.convolution_backward(
            dz.permute(0, 3, 1, 2),
            images,
            self._kernel[k],
            None,
            *self._how,
            False,  # noqa: FBT003
            [0, 0],
            self._plan.groups,
            [needs_dx, True, False],
        )
        self._weight_gradient[k].copy_(dw)
        if not needs_dx:
            return None
        height, width, _ = self._plan.in_shape
        image: Tensor = dx[:, :, :height, :width]
        return image.permute(0, 2, 3, 1).contiguous()

    def _padded(self, x: Tensor) -> Tensor:
        """Images (b, channels, height, width), channels last in memory, with the zeros that an even kernel needs only
        at the end."""
        images = x.permute(0, 3, 1, 2)
        return functional.pad(images, (0, self._excess) * 2) if self._excess else images


def _stacked(members: Sequence[Tensor]) -> Tensor:
    """The tensors of all members as one, (K, ...); not copied if there is only one member."""
    return torch.stack(list(members)) if len(members) > 1 else members[0][None]


def conv(
    plan: ConvPlan, tensors: DenseTensors, masks: Masks | None, products: Products, batch: int, buffers: Buffers
) -> ConvLayer:
    """A convolution for one batch size. `tensors` and `masks` hold everything that differs between members."""
    members, pixels = len(tensors.weight), plan.shape[0] * plan.shape[1]
    shape = (members, batch * pixels, plan.channels)
    parts: list[Part] = []
    if plan.batch_norm is not None:
        assert tensors.batch_norm is not None
        parts.append(Normalization(plan.batch_norm, tensors.batch_norm, batch * pixels, buffers))
    if plan.activation != "identity":
        parts.append(ActivationLayer(plan.activation, shape, buffers, in_place=True))
    if masks is not None:
        parts.append(ChannelDropout(masks, shape, pixels, buffers))
    return ConvLayer(plan, tensors, parts, products, buffers)
