"""Augmentation of training images, with new random draws for each example in every epoch."""

from collections.abc import Mapping
from functools import reduce
from typing import Protocol

import torch
from torch import Tensor

from export.script.pieces.data import Split
from export.script.pieces.draws import generator
from export.script.pieces.given import DEVICE
from export.script.pieces.losses import Loss
from export.script.pieces.movement import Map, Move, after, interpolated, selected
from export.script.pieces.training import as_numbers, weighted_gradient

NOISE_NUMBERS = 2**20


class Change(Protocol):
    """A change of the pixels' values that moves none of them."""

    def numbers(self, u: Tensor, height: int, width: int) -> Tensor:
        """The random parameters of the change for each example, from uniform numbers u (n, 3)."""

    def change(self, x: Tensor, numbers: Tensor) -> Tensor:
        """The changed images (n, height, width, channels)."""


def uniform_numbers(kind: str, n: int, epoch: int) -> Tensor:
    """Uniform random numbers in [0, 1) for each example, (n, 3)."""
    random = generator("augment", kind, epoch)
    return torch.rand(n, 3, generator=random, dtype=torch.float64, device=DEVICE)


class Brightness:
    """f x, clipped to [0, 1], with f uniform in [1 - by, 1 + by]."""

    def __init__(self, by: float) -> None:
        self.by = by

    def numbers(self, u: Tensor, height: int, width: int) -> Tensor:
        """f, (n, 1)."""
        return 1 + self.by * (2 * u[:, :1] - 1)

    def change(self, x: Tensor, numbers: Tensor) -> Tensor:
        """The changed images."""
        return (x * numbers[:, :, None, None]).clamp_(0, 1)


class Noise:
    """x + e, clipped to [0, 1]. The normal random numbers e are a window of one fixed list."""

    def __init__(self, deviation: float) -> None:
        self.deviation = deviation
        random = generator("augment", "noise", device="cpu", seed=0)
        self.listed = torch.empty(NOISE_NUMBERS, dtype=torch.float64).normal_(generator=random)

    def numbers(self, u: Tensor, height: int, width: int) -> Tensor:
        """The position at which the window begins, (n, 1)."""
        return (u[:, :1] * NOISE_NUMBERS).floor()

    def change(self, x: Tensor, numbers: Tensor) -> Tensor:
        """The changed images."""
        flat = x.flatten(1)
        size = flat.shape[1]
        repeated = self.listed.repeat(1 + -(-size // NOISE_NUMBERS))[: NOISE_NUMBERS + size].to(x)
        windows = repeated.unfold(0, size, 1)[numbers[:, 0].long()]
        return (flat + windows * x.new_full((len(x), 1), self.deviation)).clamp_(0, 1).view(x.shape)


class Cutout:
    """Makes a rectangle black; its edges are `size` times those of the image."""

    def __init__(self, size: float) -> None:
        self.size = size

    def numbers(self, u: Tensor, height: int, width: int) -> Tensor:
        """The left, right, top and bottom edge, (n, 4)."""
        found = []
        for i, size in enumerate((width, height)):
            edge = round(self.size * size)
            first = (u[:, i] * size).floor() - edge // 2
            found += [first, first + edge]
        return torch.stack(found, 1)

    def change(self, x: Tensor, numbers: Tensor) -> Tensor:
        """The changed images."""
        left, right, top, bottom = numbers[:, :, None].unbind(1)
        columns, rows = torch.arange(x.shape[2]).to(x), torch.arange(x.shape[1]).to(x)
        beside, above = (columns < left) | (columns >= right), (rows < top) | (rows >= bottom)
        return x * (above[:, :, None] | beside[:, None])[..., None]


class Augmentation:
    """All augmentations of a run. Those that move pixels are combined into one map; then come the changes of values,
    then mixup with another example."""

    def __init__(
        self,
        shape: tuple[int, int, int],
        moves: Mapping[str, Move],
        changes: Mapping[str, Change],
        mixup: float | None,
        *,
        interpolated: bool,
    ) -> None:
        self.shape, self.moves, self.changes, self.mixup = shape, moves, changes, mixup
        self.interpolated = interpolated
        self.epoch = 0
        self.drawn: dict[str, Tensor] = {}
        self.others = self.share = torch.empty(0)

    def __call__(self, examples: Split, rows: Tensor, epoch: int) -> Tensor:
        """The augmented inputs of these rows in an epoch."""
        if epoch != self.epoch:
            self.draw(len(examples), epoch)
        own = self.changed(as_numbers(examples.inputs[rows]), rows)
        if self.mixup is None:
            return own.flatten(1)
        others = self.others[rows]
        other, share = self.changed(as_numbers(examples.inputs[others]), others).flatten(1), self.share[rows]
        return own.flatten(1).mul_(share).add_(other.mul_(1 - share))

    def draw(self, n: int, epoch: int) -> None:
        """Draw the random numbers of an epoch for all examples."""
        size = self.shape[:2]
        self.epoch = epoch
        if self.moves:
            maps = [move(uniform_numbers(kind, n, epoch), *size) for kind, move in self.moves.items()]
            self.drawn["moves"] = self.packed(reduce(after, maps)).float()
        for kind, change in self.changes.items():
            self.drawn[kind] = change.numbers(uniform_numbers(kind, n, epoch), *size).float()
        if self.mixup is not None:
            random = generator("augment", "mixup/share", epoch)
            alpha = torch.full((n, 2), self.mixup, dtype=torch.float64, device=DEVICE)
            gamma = torch._standard_gamma(alpha, random)
            self.share = (gamma.amax(1, keepdim=True) / gamma.sum(1, keepdim=True)).float()
            self.others = (uniform_numbers("mixup", n, epoch)[:, 0] * n).long()

    def packed(self, moved: Map) -> Tensor:
        """The map in the form that applying it needs: the parameters of `grid_sample`, or those of source pixels
        counted from 0."""
        a, b, c, d, s, t = moved
        height, width, _ = self.shape
        if self.interpolated:
            across, down = 2 / width, 2 / height
            return torch.stack([a * across, c * down, b * across, d * down, s * across, t * down], 1)
        x, y = (width - 1) / 2, (height - 1) / 2
        return torch.stack([a, s + x - a * x, d, t + y - d * y], 1)

    def changed(self, x: Tensor, rows: Tensor) -> Tensor:
        """Inputs (n, numbers) as images (n, height, width, channels), with all augmentations but mixup."""
        x = x.view(-1, *self.shape)
        if self.moves:
            numbers = self.drawn["moves"][rows]
            x = interpolated(x, numbers) if self.interpolated else selected(x, numbers)
        for kind, change in self.changes.items():
            x = change.change(x, self.drawn[kind][rows])
        return x.contiguous()


def mixed_gradient(augmentation: Augmentation, loss: Loss, outputs: Tensor, examples: Split, rows: Tensor) -> Tensor:
    """The gradient of the loss under mixup: λ times that of the examples plus 1 - λ times that of their partners."""
    own = weighted_gradient(loss, outputs, examples, rows)
    other = weighted_gradient(loss, outputs, examples, augmentation.others[rows])
    share = augmentation.share[rows]
    return own.mul_(share).add_(other.mul_(1 - share))
