"""Movements of images. All movements of an example are combined into one map from each pixel to its source."""

from collections.abc import Callable
from math import log, pi

import torch
from torch import Tensor
from torch.nn import functional

Map = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]  # the source of (x, y) is (a x + b y + s, c x + d y + t)
Move = Callable[[Tensor, int, int], Map]


def flip(axis: str, probability: float) -> Move:
    """Mirror the image with this probability."""

    def move(u: Tensor, height: int, width: int) -> Map:
        one, zero = torch.ones_like(u[:, 0]), torch.zeros_like(u[:, 0])
        mirrored = 1 - 2 * (u < probability).double()
        a = one if axis == "vertical" else mirrored[:, 0]
        d = one if axis == "horizontal" else mirrored[:, 1]
        return a, zero, zero, d, zero, zero

    return move


def crop(least: float) -> Move:
    """Enlarge a random part of the image to the size of the image."""

    def move(u: Tensor, height: int, width: int) -> Map:
        zero = torch.zeros_like(u[:, 0])
        edge = least + (1 - least) * u[:, 0]
        s, t = ((u[:, i] - 0.5) * (1 - edge) * (size - 1) for i, size in ((1, width), (2, height)))
        return edge, zero, zero, edge, s, t

    return move


def zoom(by: float) -> Move:
    """Enlarge or shrink the image about its centre."""

    def move(u: Tensor, height: int, width: int) -> Map:
        zero = torch.zeros_like(u[:, 0])
        shrunk = ((1 - 2 * u[:, 0]) * log(1 + by)).exp()
        return shrunk, zero, zero, shrunk, zero, zero

    return move


def rotate(degrees: float) -> Move:
    """Turn the image about its centre."""

    def move(u: Tensor, height: int, width: int) -> Map:
        zero = torch.zeros_like(u[:, 0])
        angle = (2 * u[:, 0] - 1) * degrees * (pi / 180)
        cosine, sine = angle.cos(), angle.sin()
        return cosine, -sine, sine, cosine, zero, zero

    return move


def shift(by: float) -> Move:
    """Shift the image by whole pixels."""

    def move(u: Tensor, height: int, width: int) -> Map:
        one, zero = torch.ones_like(u[:, 0]), torch.zeros_like(u[:, 0])
        most = [(i, round(by * size)) for i, size in ((0, width), (1, height))]
        s, t = ((u[:, i] * (2 * limit + 1)).floor() - limit for i, limit in most)
        return one, zero, zero, one, -s, -t

    return move


def after(first: Map, then: Map) -> Map:
    """The map of the first movement followed by the other."""
    a, b, c, d, s, t = first
    a2, b2, c2, d2, s2, t2 = then
    return (
        a * a2 + b * c2,
        a * b2 + b * d2,
        c * a2 + d * c2,
        c * b2 + d * d2,
        a * s2 + b * t2 + s,
        c * s2 + d * t2 + t,
    )


def selected(x: Tensor, numbers: Tensor) -> Tensor:
    """Each pixel, copied from its source; black if the source is outside the image."""
    n, height, width, channels = x.shape
    pixels = height * width
    columns, rows = torch.arange(width).to(numbers), torch.arange(height).to(numbers)
    a, s, d, t = numbers[:, :, None].unbind(1)
    across, down = a * columns + s, d * rows + t
    across.masked_fill_((across < 0) | (across >= width), pixels)
    down = (down * width).masked_fill_((down < 0) | (down >= height * width), pixels)
    source = (down.long()[:, :, None] + across.long()[:, None]).clamp_(max=pixels).view(n, pixels, 1)
    padded = functional.pad(x.reshape(n, pixels, channels), (0, 0, 0, 1))
    return padded.gather(1, source.expand(-1, -1, channels)).view(x.shape)


def interpolated(x: Tensor, numbers: Tensor) -> Tensor:
    """Each pixel, interpolated linearly around its source; black outside the image."""
    _, height, width, _ = x.shape
    columns = torch.arange(width).to(numbers) - (width - 1) / 2
    rows = torch.arange(height).to(numbers) - (height - 1) / 2
    by_x, by_y, offset = numbers[:, None, :2], numbers[:, None, 2:4], numbers[:, None, 4:6]
    grid = (rows[:, None] * by_y + offset)[:, :, None] + (columns[:, None] * by_x)[:, None]
    return functional.grid_sample(x.permute(0, 3, 1, 2), grid, align_corners=False).permute(0, 2, 3, 1)
