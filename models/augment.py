"""Random augmentation of the training images of K members, drawn for every example and epoch.

The draws of an epoch are made at once for all examples, and stored as numbers: a map of pixels, a factor or a position.
A step selects the numbers of its batch and applies them, without waiting for the device. The formulas are in
`gradus.spec.augment`.
"""

from collections.abc import Sequence
from functools import reduce
from typing import assert_never

import torch
from torch import Tensor

from gradus.spec.augment import (
    NOISE_NUMBERS,
    Augment,
    Brightness,
    Change,
    Crop,
    Cutout,
    Flip,
    Mixup,
    Movement,
    Noise,
    Rotate,
    Shift,
    Zoom,
    drawn_numbers,
    interpolates,
    mixes,
)
from models.batch import Buffers, Scale, distinct_orders
from models.movement import Image, Move, after, image_of, packed, source_map
from models.seed import generator

UNIFORMS = 3
"""Uniform numbers that are drawn for each augmentation and example. Most augmentations use fewer."""


class Draws:
    """The draws of the current epoch, for each distinct pair of seed and augmentations, always in the same memory."""

    def __init__(
        self, seeds: Sequence[int], words: Sequence[Augment], shape: tuple[int, ...], examples: int, like: Tensor
    ) -> None:
        """`shape` is the shape of an image, and `examples` the number of training examples. `words` are the
        augmentations of each member. They may have different parameters, but must be of the same kinds."""
        self.image = image_of(shape)
        self.kinds = words[0]
        self.mixes, self.interpolates = mixes(self.kinds), interpolates(self.kinds)
        self.examples = examples
        orders = len(distinct_orders(seeds, words))
        self._drawn = list(zip(seeds, words, strict=True))[:orders]
        self._like = like
        self.buffers = Buffers(like)
        """The buffers for moving pixels. They are separate, so that the memory of a pass is in the same order with and
        without augmentation."""
        self._epoch = 0
        self.numbers = self.others = like.new_empty(0)
        self.noise: Tensor | None = None

    @property
    def orders(self) -> int:
        """Number of distinct pairs of seed and augmentations."""
        return len(self._drawn)

    def seek(self, epoch: int) -> None:
        """Make the draws of an epoch (1 = the first)."""
        if epoch == self._epoch:
            return
        if not self._epoch:
            self._allocate()
        for k, (seed, words) in enumerate(self._drawn):
            own = slice(k * self.examples, (k + 1) * self.examples)
            self.numbers[own].copy_(self._numbers(seed, words, epoch))
            if self.mixes:
                u = self._uniform(seed, "mixup", epoch)[:, 0]
                self.others[own].copy_((u * self.examples).long())
        self._epoch = epoch

    def _allocate(self) -> None:
        """Allocate the memory before the first draw: an engine that only evaluates needs none."""
        like, rows = self._like, self.orders * self.examples
        self.numbers = like.new_empty(rows, drawn_numbers(self.kinds))
        self.others = like.new_empty(rows if self.mixes else 0, dtype=torch.int64)
        if any(isinstance(word, Noise) for word in self.kinds):
            random = generator(0, "augment", "noise")
            listed = torch.empty(NOISE_NUMBERS, dtype=torch.float64).normal_(generator=random)
            repeated = listed.repeat(1 + -(-self.image.numbers // NOISE_NUMBERS))
            self.noise = repeated[: NOISE_NUMBERS + self.image.numbers].to(like)

    def _numbers(self, seed: int, words: Augment, epoch: int) -> Tensor:
        """The numbers of all examples, float64, (n, drawn_numbers)."""
        moves = [word for word in words if isinstance(word, Movement)]
        maps = [source_map(word, self._uniform(seed, word.kind, epoch), self.image) for word in moves]
        columns = [packed(reduce(after, maps), self.image, interpolated=self.interpolates)] if maps else []
        columns += [self._change(word, seed, epoch) for word in words if isinstance(word, Change | Mixup)]
        return torch.cat(columns, 1)

    def _change(self, word: Change | Mixup, seed: int, epoch: int) -> Tensor:
        """The numbers of an augmentation that moves no pixels, (n, 1 or more)."""
        match word:
            case Brightness():
                return 1 + word.by * (2 * self._uniform(seed, word.kind, epoch)[:, :1] - 1)
            case Noise():
                place = (self._uniform(seed, word.kind, epoch)[:, :1] * NOISE_NUMBERS).floor()
                return torch.cat([torch.full_like(place, word.deviation), place], 1)
            case Cutout():
                u = self._uniform(seed, word.kind, epoch)
                edges = [
                    _edges(u[:, i], word.size, size) for i, size in enumerate((self.image.width, self.image.height))
                ]
                return torch.cat(edges, 1)
            case Mixup():
                device = self._like.device
                random = generator(seed, "augment", "mixup/share", epoch, device.type)
                alpha = torch.full((self.examples, 2), word.alpha, dtype=torch.float64, device=device)
                gamma = torch._standard_gamma(alpha, random)
                return gamma.amax(1, keepdim=True) / gamma.sum(1, keepdim=True)
            case _:
                assert_never(word)

    def _uniform(self, seed: int, kind: str, epoch: int) -> Tensor:
        """Numbers in [0, 1) for each example, float64, (n, UNIFORMS)."""
        device = self._like.device
        random = generator(seed, "augment", kind, epoch, device.type)
        return torch.rand(self.examples, UNIFORMS, generator=random, dtype=torch.float64, device=device)


def _edges(u: Tensor, share: float, size: int) -> Tensor:
    """The first pixel of a rectangle along one axis, and the first pixel after the rectangle, (n, 2)."""
    edge = round(share * size)
    first = (u * size).floor() - edge // 2
    return torch.stack([first, first + edge], 1)


class AugmentedGather:
    """Gathers and augments the inputs of a step's batch, always in the same memory, as `models.batch.Gather` does
    without augmentation. Byte inputs are converted after their pixels are moved, or before if the movement
    interpolates."""

    def __init__(
        self, draws: Draws, members: int, batch_size: int, buffers: Buffers, scale: Scale | None = None
    ) -> None:
        self._draws, self._scale, self._batch = draws, scale, batch_size
        image, rows = draws.image, draws.orders * batch_size
        images = rows * (2 if draws.mixes else 1)
        self._numbers = buffers.empty(images, image.numbers)
        self._moves = any(isinstance(word, Movement) for word in draws.kinds)
        if self._moves:
            self._move = Move(image, images, draws.buffers.rewind(), interpolated=draws.interpolates)
        self._bytes = self._numbers.new_empty(self._numbers.shape if scale else (0,), dtype=torch.uint8)
        device = self._numbers.device
        first = torch.arange(draws.orders, device=device) * draws.examples
        self._first = first.repeat_interleave(batch_size)  # where the draws of each row's order begin
        self._x = torch.arange(image.width, dtype=self._numbers.dtype, device=device)
        self._y = torch.arange(image.height, dtype=self._numbers.dtype, device=device)
        self._members = members
        self.others = self._first
        """For `mixup`: the index of the other example that each example is mixed with, (orders·b,)."""
        self.share: Tensor = self._numbers[:0]
        """For `mixup`: the share of each example in its mixture, (K, b, 1)."""

    def __call__(self, examples: Tensor, rows: Tensor) -> Tensor:
        """Inputs (K, b, inputs) of the given rows (orders·b,) of the examples (n, inputs)."""
        drawn = rows + self._first
        if self._draws.mixes:
            self.others = self._draws.others.index_select(0, drawn)
            rows, drawn = torch.cat([rows, self.others]), torch.cat([drawn, self.others + self._first])
        numbers = self._draws.numbers.index_select(0, drawn)
        x = self._moved(examples, rows, numbers)
        at = drawn_numbers(tuple(word for word in self._draws.kinds if isinstance(word, Movement)))
        for word in self._draws.kinds:
            width = drawn_numbers((word,)) if isinstance(word, Change | Mixup) else 0
            x = self._changed(x, word, numbers[:, at : at + width])
            at += width
        return self._by_member(x)

    def of_others(self, values: Tensor) -> Tensor:
        """The values (K, b, ...) of the examples that the last batch was mixed with, from the values (n, ...) of all
        examples."""
        found = values.index_select(0, self.others)
        rest = found.shape[1:]
        return found.view(self._draws.orders, self._batch, *rest).expand(self._members, -1, *rest)

    def _by_member(self, x: Tensor) -> Tensor:
        return x.view(self._draws.orders, self._batch, -1).expand(self._members, -1, -1)

    def _moved(self, examples: Tensor, rows: Tensor, numbers: Tensor) -> Tensor:
        if self._scale is None:
            x = torch.index_select(examples, 0, rows, out=self._numbers)
            return self._move(x, numbers) if self._moves else x
        x = torch.index_select(examples, 0, rows, out=self._bytes)
        if self._draws.interpolates or not self._moves:
            x = self._scale(x, self._numbers)
            return self._move(x, numbers) if self._moves else x
        return self._scale(self._move(x, numbers), self._numbers)

    def _changed(self, x: Tensor, word: Movement | Change | Mixup, numbers: Tensor) -> Tensor:
        """Images (N, inputs) changed in place by one augmentation. Additions and multiplications are separate
        operations, so that the bits of the result do not depend on an image's position in the batch."""
        match word:
            case Flip() | Crop() | Zoom() | Rotate() | Shift():
                return x  # moved before
            case Brightness():
                return x.mul_(numbers).clamp_(0, 1)
            case Noise():
                assert self._draws.noise is not None
                windows = self._draws.noise.unfold(0, x.shape[1], 1)  # a view, of which only the rows are copied
                own = windows.index_select(0, numbers[:, 1].long())
                return x.add_(own.mul_(numbers[:, :1])).clamp_(0, 1)
            case Cutout():
                return self._cut(x, numbers)
            case Mixup():
                own, other = x.chunk(2)
                share = numbers[: len(own)]
                self.share = self._by_member(share)
                return own.mul_(share).add_(other.mul_(1 - share))
            case _:
                assert_never(word)

    def _cut(self, x: Tensor, numbers: Tensor) -> Tensor:
        image: Image = self._draws.image
        left, right, top, bottom = numbers[:, :, None].unbind(1)  # (N, 1)
        beside, above = (self._x < left) | (self._x >= right), (self._y < top) | (self._y >= bottom)
        kept = above[:, :, None] | beside[:, None]  # (N, height, width)
        x.view(-1, image.height, image.width, image.channels).mul_(kept[..., None])
        return x
