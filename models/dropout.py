"""Inverted dropout, whose masks are a pure function of (seed, layer, step)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from models.batch import Buffers
from models.seed import generator

MASK_NUMBERS = 2**19
"""Approximate number of mask elements generated at once for one member's layer: 2 MiB, several steps of a small
layer."""


class Masks:
    """The masks of one layer for K members, generated for a whole chunk of steps at once.

    The chunk's length depends only on the layer's shape, so a member's masks do not depend on the other members.
    Step s uses row s % length of chunk s // length.
    """

    def __init__(self, place: str, seeds: Sequence[int], rates: Sequence[float], shape: tuple[int, int], like: Tensor):
        """`shape` is (examples in a full step, units)."""
        self._place, self._seeds, self._rates = place, seeds, rates
        self._chunk = max(1, min(64, MASK_NUMBERS // (shape[0] * shape[1])))
        self._kept = like.new_empty(len(seeds), self._chunk, *shape)  # 1 / (1 - p) keeps, 0 drops
        self._current_chunk = -1
        self._mask = torch.empty_like(self._kept[:, 0]) if like.is_cuda else self._kept[:, 0]

    def seek(self, step: int) -> None:
        """Load the masks of a step (0 = the first of the run). On a GPU they are always in the same memory."""
        chunk, row = divmod(step, self._chunk)
        if chunk != self._current_chunk:
            self._generate(chunk)
        if self._kept.is_cuda:
            self._mask.copy_(self._kept[:, row])
        else:
            self._mask = self._kept[:, row]

    def apply(self, x: Tensor, out: Tensor) -> Tensor:
        """x (K, b, units) with the step's units dropped and the others scaled by 1 / (1 - p)."""
        return torch.mul(x, self._mask[:, : x.shape[1]], out=out)

    def apply_to_channels(self, x: Tensor, out: Tensor) -> Tensor:
        """x (K, b, pixels, channels) with the step's channels dropped and the others scaled by 1 / (1 - p)."""
        return torch.mul(x, self._mask[:, : x.shape[1], None], out=out)

    def _generate(self, chunk: int) -> None:
        for kept, seed, rate in zip(self._kept, self._seeds, self._rates, strict=True):
            random = generator(seed, "dropout", self._place, chunk, kept.device.type)
            kept.bernoulli_(1 - rate, generator=random).mul_(1 / (1 - rate))  # scaled here once, not in every pass
        self._current_chunk = chunk


class Dropout:
    """The part of a layer that applies the dropout masks."""

    def __init__(self, masks: Masks, shape: tuple[int, int, int], buffers: Buffers) -> None:
        """`shape` is (K, b, units)."""
        self._masks = masks
        self._output = buffers.empty(*shape)

    def forward(self, y: Tensor) -> Tensor:
        """Drop units of y (K, b, units)."""
        return self._masks.apply(y, self._output)

    def backward(self, dy: Tensor) -> Tensor:
        """Drop the same units from the gradient, in place."""
        return self._masks.apply(dy, dy)

    def evaluate(self, y: Tensor) -> Tensor:
        """Return y unchanged: inverted dropout scales in training."""
        return y


class ChannelDropout:
    """The part of a convolution that drops whole channels of an example."""

    def __init__(self, masks: Masks, shape: tuple[int, int, int], pixels: int, buffers: Buffers) -> None:
        """`shape` is (K, b · pixels, channels)."""
        self._masks, self._pixels = masks, pixels
        self._output = buffers.empty(*shape)

    def forward(self, y: Tensor) -> Tensor:
        """Drop channels of y (K, b · pixels, channels)."""
        self._masks.apply_to_channels(self._by_example(y), self._by_example(self._output))
        return self._output

    def backward(self, dy: Tensor) -> Tensor:
        """Drop the same channels from the gradient, in place."""
        by_example = self._by_example(dy)
        self._masks.apply_to_channels(by_example, by_example)
        return dy

    def evaluate(self, y: Tensor) -> Tensor:
        """Return y unchanged: inverted dropout scales in training."""
        return y

    def _by_example(self, y: Tensor) -> Tensor:
        return y.view(len(y), -1, self._pixels, y.shape[2])
