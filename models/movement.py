"""Movements of images: the movements of an example are combined into one map from each pixel to its source."""

from dataclasses import dataclass
from math import log, pi
from typing import assert_never

import torch
from torch import Tensor
from torch.nn import functional

from gradus.spec.augment import Crop, Flip, Movement, Rotate, Shift, Zoom
from models.batch import Buffers

Map = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
"""a, b, c, d, s, t of n examples, float64, (n,): the source of the pixel (x, y) is (a x + b y + s, c x + d y + t), in
pixels from the image's centre, to the right and down."""


@dataclass(frozen=True)
class Image:
    """The shape of an image."""

    height: int
    width: int
    channels: int

    @property
    def numbers(self) -> int:
        """Number of values in one image."""
        return self.height * self.width * self.channels


def image_of(shape: tuple[int, ...]) -> Image:
    """The image of an example's shape, (height, width) or (height, width, channels)."""
    height, width, *channels = shape
    return Image(height, width, *(channels or [1]))


def source_map(word: Movement, u: Tensor, image: Image) -> Map:
    """The map of a movement for draws u (n, uniforms) in [0, 1)."""
    one, zero = torch.ones_like(u[:, 0]), torch.zeros_like(u[:, 0])
    match word:
        case Flip():
            mirrored = 1 - 2 * (u < word.probability).double()  # (n, 2)
            a = one if word.axis == "vertical" else mirrored[:, 0]
            d = one if word.axis == "horizontal" else mirrored[:, 1]
            return a, zero, zero, d, zero, zero
        case Crop():
            edge = word.least + (1 - word.least) * u[:, 0]
            room = 1 - edge  # of the distance between the outermost pixel centres
            s, t = ((u[:, i] - 0.5) * room * (size - 1) for i, size in ((1, image.width), (2, image.height)))
            return edge, zero, zero, edge, s, t
        case Zoom():
            shrunk = ((1 - 2 * u[:, 0]) * log(1 + word.by)).exp()
            return shrunk, zero, zero, shrunk, zero, zero
        case Rotate():
            angle = (2 * u[:, 0] - 1) * word.degrees * (pi / 180)
            cosine, sine = angle.cos(), angle.sin()
            return cosine, -sine, sine, cosine, zero, zero  # counterclockwise, as y points down
        case Shift():
            s, t = (_whole(u[:, i], round(word.by * size)) for i, size in ((0, image.width), (1, image.height)))
            return one, zero, zero, one, -s, -t
        case _:
            assert_never(word)


def _whole(u: Tensor, most: int) -> Tensor:
    """One of the integers from -most to most, all equally likely."""
    return (u * (2 * most + 1)).floor() - most


def after(first: Map, then: Map) -> Map:
    """The map of the movement `first` followed by `then`: the source of a pixel p is first(then(p))."""
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


def packed(moved: Map, image: Image, *, interpolated: bool) -> Tensor:
    """The map as the numbers that `Move` reads, (n, 6) if it interpolates, else (n, 4)."""
    a, b, c, d, s, t = moved
    if interpolated:  # in the units of `grid_sample`: from -1 to 1 over the whole image
        across, down = 2 / image.width, 2 / image.height
        return torch.stack([a * across, c * down, b * across, d * down, s * across, t * down], 1)
    x, y = (image.width - 1) / 2, (image.height - 1) / 2  # from the centre to the first pixel
    return torch.stack([a, s + x - a * x, d, t + y - d * y], 1)


class Move:
    """Moves the pixels of N images, in memory of its own."""

    def __init__(self, image: Image, images: int, buffers: Buffers, *, interpolated: bool) -> None:
        self._image, self._interpolated = image, interpolated
        self._output = buffers.empty(images, image.numbers)
        if interpolated:
            self._grid = buffers.empty(images, image.height, image.width, 2)
        like = self._output
        self._x = torch.arange(image.width, dtype=like.dtype, device=like.device)
        self._y = torch.arange(image.height, dtype=like.dtype, device=like.device)
        if interpolated:
            self._x -= (image.width - 1) / 2
            self._y -= (image.height - 1) / 2

    def __call__(self, images: Tensor, numbers: Tensor) -> Tensor:
        """The images (N, values), in bytes or floating point, moved by the maps `numbers` (N, 6 or 4) that `packed`
        made."""
        return self._interpolate(images, numbers) if self._interpolated else self._select(images, numbers)

    def _select(self, images: Tensor, numbers: Tensor) -> Tensor:
        """Each pixel is copied from its source. A source outside the image is replaced by a black pixel, which is added
        after the last one."""
        height, width, pixels = self._image.height, self._image.width, self._image.height * self._image.width
        a, s, d, t = numbers[:, :4, None].unbind(1)  # (N, 1)
        x, y = a * self._x + s, d * self._y + t  # (N, width), (N, height)
        x.masked_fill_((x < 0) | (x >= width), pixels)
        y = (y * width).masked_fill_((y < 0) | (y >= height), pixels)
        source = (y.to(torch.int64)[:, :, None] + x.to(torch.int64)[:, None]).clamp_(max=pixels).view(-1, pixels, 1)
        padded = functional.pad(images.view(-1, pixels, self._image.channels), (0, 0, 0, 1))
        return padded.gather(1, source.expand(-1, -1, self._image.channels)).view_as(images)

    def _interpolate(self, images: Tensor, numbers: Tensor) -> Tensor:
        """Linear interpolation, with black outside. Additions and multiplications are separate operations, so that the
        bits of the result do not depend on an image's position in the batch."""
        by_x, by_y, shift = numbers[:, None, :2], numbers[:, None, 2:4], numbers[:, None, 4:6]  # (N, 1, 2)
        down = self._y[:, None] * by_y + shift  # (N, height, 2)
        across = self._x[:, None] * by_x  # (N, width, 2)
        torch.add(down[:, :, None], across[:, None], out=self._grid)
        pixels = images.view(-1, self._image.height, self._image.width, self._image.channels)
        moved = functional.grid_sample(pixels.permute(0, 3, 1, 2), self._grid, align_corners=False)
        self._output.view_as(pixels).copy_(moved.permute(0, 2, 3, 1))
        return self._output
