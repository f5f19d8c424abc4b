"""Inverted dropout with masks that are a function of (seed, layer, step)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from models.batch import Buffers
from models.seed import generator

MASK_NUMBERS = 2**19
"""About so many numbers are drawn at once for a layer of one member: 2 MiB, some steps of a small layer."""


class Masks:
    """The masks of one layer for K members: those of a whole chunk of steps are one draw.

    The chunk depends on the layer's own shape alone, so a member's masks do not depend on who trains beside it.
    Step s takes row s % chunk of the draw for chunk s // chunk.
    """

    def __init__(self, place: str, seeds: Sequence[int], rates: Sequence[float], shape: tuple[int, int], like: Tensor):
        """`shape` is (examples in a full step, units)."""
        self._place, self._seeds, self._rates = place, seeds, rates
        self._chunk = max(1, min(64, MASK_NUMBERS // (shape[0] * shape[1])))
        self._kept = like.new_empty(len(seeds), self._chunk, *shape)  # 1 keeps, 0 drops
        self._scale = like.new_tensor([1 / (1 - rate) for rate in rates])[:, None, None]  # (K, 1, 1)
        self._drawn = -1
        self._now = torch.empty_like(self._kept[:, 0]) if like.is_cuda else self._kept[:, 0]

    def seek(self, step: int) -> None:
        """Bring the masks of a step (0 = the first of the run). On a GPU they always stand in the same memory."""
        chunk, row = divmod(step, self._chunk)
        if chunk != self._drawn:
            self._draw(chunk)
        if self._kept.is_cuda:
            self._now.copy_(self._kept[:, row])
        else:
            self._now = self._kept[:, row]

    def apply(self, x: Tensor, out: Tensor) -> Tensor:
        """x (K, b, units) with the step's units dropped and the others scaled by 1 / (1 - p)."""
        return torch.mul(x, self._now[:, : x.shape[1]], out=out).mul_(self._scale)

    def _draw(self, chunk: int) -> None:
        for kept, seed, rate in zip(self._kept, self._seeds, self._rates, strict=True):
            kept.bernoulli_(1 - rate, generator=generator(seed, "dropout", self._place, chunk, kept.device.type))
        self._drawn = chunk


class Dropout:
    """The part of a layer that applies the masks."""

    def __init__(self, masks: Masks, shape: tuple[int, int, int], buffers: Buffers) -> None:
        """`shape` is (K, b, units)."""
        self._masks = masks
        self._output = buffers.empty(*shape)

    def forward(self, y: Tensor) -> Tensor:
        """Drop units of y (K, b, units)."""
        return self._masks.apply(y, self._output)

    def backward(self, dy: Tensor) -> Tensor:
        """The same units, dropped from the gradient in place."""
        return self._masks.apply(dy, dy)

    def evaluate(self, y: Tensor) -> Tensor:
        """Nothing: the scaling was done in training."""
        return y
