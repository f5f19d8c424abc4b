"""The layers. Their gradients are written out where torch's autograd would sum in another order."""

from collections.abc import Mapping
from math import pi
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional

from export.script.pieces.draws import generator
from export.script.pieces.given import BATCH, DEVICE
from export.script.pieces.products import product, rounded


class Dense(Function):
    """x W + b."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """z, (n, units), of x (n, inputs)."""
        ctx.save_for_backward(x, weight)
        return product(x[None], weight[None], None if bias is None else bias[None])[0]

    @staticmethod
    def backward(ctx: Any, dz: Tensor) -> tuple[Tensor | None, Tensor, Tensor | None]:
        """dx = dz Wᵀ, dW = xᵀ dz, db = Σ dz."""
        x, weight = ctx.saved_tensors
        dz = dz.contiguous()
        dx = product(dz[None], weight.mT[None])[0] if ctx.needs_input_grad[0] else None
        db = dz.sum(0, keepdim=True) if ctx.needs_input_grad[2] else None
        return dx, product(x.mT[None], dz[None])[0], db


def dense(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x W + b for x (n, inputs)."""
    z: Tensor = Dense.apply(x, weight, bias)  # type: ignore[no-untyped-call]
    return z


class BatchNorm(Function):
    """gamma · (z - mean) / sqrt(var + eps) + beta, with the mean and variance of the batch."""

    @staticmethod
    def forward(  # noqa: D102
        ctx: Any, z: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor, eps: float
    ) -> Tensor:
        inverse = (variance + eps).rsqrt_()
        normalized = (z - mean).mul_(inverse)
        ctx.save_for_backward(normalized, gamma, inverse)
        return torch.addcmul(beta, normalized, gamma)

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:
        """dz = gamma / deviation · (dy - mean(dy) - z̄ · mean(dy · z̄)), where z̄ are the normalized sums."""
        normalized, gamma, inverse = ctx.saved_tensors
        n = len(dy)
        d_beta, d_gamma = dy.sum(0, keepdim=True), (dy * normalized).sum(0, keepdim=True)
        dz = dy.addcmul(normalized, d_gamma, value=-1 / n).sub_(d_beta, alpha=1 / n).mul_(gamma * inverse)
        return dz, d_gamma, d_beta, None, None, None


def batch_norm(z: Tensor, p: Mapping[str, Tensor], name: str, momentum: float, eps: float, step: int | None) -> Tensor:
    """Normalize z (n, units), or images by channel: in training with the statistics of the batch, else with the running
    ones."""
    gamma, beta = p[f"{name}.gamma"], p[f"{name}.beta"]
    running_mean, running_variance = p[f"{name}.running_mean"], p[f"{name}.running_variance"]
    eps = max(eps, torch.finfo(z.dtype).tiny)
    flat = z.reshape(-1, z.shape[-1])
    if step is None:
        scale = gamma * torch.rsqrt(running_variance + eps)
        return (flat * scale).add_(beta - running_mean * scale).view(z.shape)
    with torch.no_grad():
        mean = flat.mean(0, keepdim=True)
        difference = flat - mean
        variance = (difference * difference).mean(0, keepdim=True)
    y: Tensor = BatchNorm.apply(flat, gamma, beta, mean, variance, eps)  # type: ignore[no-untyped-call]
    if len(flat) > 1:
        running_mean.lerp_(mean, momentum)
        running_variance.lerp_(variance * (len(flat) / (len(flat) - 1)), momentum)
    return y.view(z.shape)


class Dropout:
    """Drops units, or channels of images, with probability `rate` and scales the others by 1 / (1 - rate)."""

    def __init__(self, place: str, rate: float, units: int) -> None:
        self.place, self.rate = place, rate
        self.at_once = max(1, min(64, 2**19 // (BATCH * units)))  # number of steps whose masks are drawn at once
        self.kept = torch.empty(self.at_once, BATCH, units, device=DEVICE)
        self.drawn = -1

    def __call__(self, x: Tensor, step: int | None) -> Tensor:
        """x with some units dropped; x itself in evaluation."""
        if step is None:
            return x
        draw, row = divmod(step, self.at_once)
        if draw != self.drawn:
            self.kept.bernoulli_(1 - self.rate, generator=generator("dropout", self.place, draw))
            self.drawn = draw
        mask = self.kept[row, : len(x)]
        if x.ndim == 2:
            return x * mask * (1 / (1 - self.rate))
        return x * (mask * (1 / (1 - self.rate)))[:, None, None]


class Conv(Function):
    """A convolution of images (n, height, width, channels)."""

    @staticmethod
    def forward(  # noqa: D102
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, how: tuple[int, ...], factor: float
    ) -> Tensor:
        kernel_size, stride, padding, excess, dilation, groups = how
        channels = weight.shape[1]
        kernel = weight.new_empty(channels, kernel_size, kernel_size, weight.shape[0] // kernel_size**2)
        kernel = kernel.permute(0, 3, 1, 2)  # channels last in memory
        kernel.copy_(weight.view(kernel_size, kernel_size, -1, channels).permute(3, 2, 0, 1))
        if factor != 1:
            kernel.mul_(factor)
        kernel.copy_(rounded(kernel))
        images = padded(rounded(x), excess)
        ctx.save_for_backward(images, kernel)
        ctx.how, ctx.factor, ctx.size = how, factor, x.shape[1:3]
        shift = None if bias is None else bias[0]
        y = torch.convolution(
            images,
            kernel,
            shift,
            [stride] * 2,
            [padding] * 2,
            [dilation] * 2,
            False,
            [0, 0],
            groups,
        )
        return y.permute(0, 2, 3, 1).contiguous()

    @staticmethod
    def backward(ctx: Any, dz: Tensor) -> tuple[Tensor | None, ...]:  # noqa: D102
        images, kernel = ctx.saved_tensors
        _, stride, padding, _, dilation, groups = ctx.how
        dz = dz.contiguous()
        flat = dz.view(-1, dz.shape[-1])
        db = flat.sum(0, keepdim=True) if ctx.needs_input_grad[2] else None
        dx, dw, _ = torch.ops.aten.convolution_backward(
            rounded(dz).permute(0, 3, 1, 2),
            images,
            kernel,
            None,
            [stride] * 2,
            [padding] * 2,
            [dilation] * 2,
            False,
            [0, 0],
            groups,
            [ctx.needs_input_grad[0], True, False],
        )
        dw = dw.permute(2, 3, 1, 0).reshape(-1, kernel.shape[0])
        if ctx.factor != 1:
            dw = dw * ctx.factor
        if dx is not None:
            height, width = ctx.size
            dx = dx[:, :, :height, :width].permute(0, 2, 3, 1).contiguous()
        return dx, dw, db, None, None


def padded(x: Tensor, excess: int) -> Tensor:
    """Images (n, channels, height, width), channels last in memory, with zero padding; an even kernel has more zeros at
    the end."""
    images = x.permute(0, 3, 1, 2)
    return functional.pad(images, (0, excess) * 2) if excess else images


def conv(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    excess: int = 0,
    dilation: int = 1,
    groups: int = 1,
    factor: float = 1.0,
) -> Tensor:
    """Convolve images (n, height, width, channels)."""
    y: Tensor = Conv.apply(x, weight, bias, (kernel, stride, padding, excess, dilation, groups), factor)  # type: ignore[no-untyped-call]
    return y


def max_pool(x: Tensor, size: int, stride: int, padding: int) -> Tensor:
    """The largest value in each window of images (n, height, width, channels)."""
    return functional.max_pool2d(x.permute(0, 3, 1, 2), size, stride, padding).permute(0, 2, 3, 1).contiguous()


def avg_pool(x: Tensor, size: int, stride: int, padding: int) -> Tensor:
    """The mean of each window, without padding."""
    images = x.permute(0, 3, 1, 2)
    pooled = functional.avg_pool2d(images, size, stride, padding, count_include_pad=False)
    return pooled.permute(0, 2, 3, 1).contiguous()


class Periodic(Function):
    """V cos(2π w x + b) + c for each of n numbers, with f frequencies and m functions."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, b: Tensor, v: Tensor, c: Tensor) -> Tensor:  # noqa: D102
        n, f = w.shape
        v = v.view(n, f, -1).contiguous()
        x = x.mT.contiguous()[..., None]  # (n, batch, 1)
        angle = torch.mul(x, w[:, None]).mul_(2 * pi).add_(b[:, None])  # (n, batch, f)
        cosine = torch.cos(angle)
        ctx.save_for_backward(x, angle, cosine, v)
        sums = product(cosine, v).add_(c[:, None])  # (n, batch, m)
        return sums.transpose(0, 1).reshape(x.shape[1], -1)

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:
        """dV = cosᵀ dy, dc = Σ dy; with da = -sin(a) · dy Vᵀ for the angles a: db = Σ da, dw = 2π Σ da · x."""
        x, angle, cosine, v = ctx.saved_tensors
        dy = dy.view(len(dy), len(x), -1).transpose(0, 1).contiguous()
        da = product(dy, v.mT).mul_(torch.sin(angle)).neg_()
        dv = product(cosine.mT, dy)
        return None, (da * x).sum(1).mul_(2 * pi), da.sum(1), dv.view(-1, v.shape[2]), dy.sum(1)


def periodic(x: Tensor, p: Mapping[str, Tensor]) -> Tensor:
    """The learned functions of numbers x (batch, n), (batch, n · m)."""
    names = ("frequency", "phase", "function", "offset")
    y: Tensor = Periodic.apply(x.contiguous(), *(p[f"embeddings.{name}"] for name in names))  # type: ignore[no-untyped-call]
    return y
