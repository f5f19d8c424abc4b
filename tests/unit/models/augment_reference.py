"""A slow reference for augmentation in numpy and scipy. It computes one example, one augmentation and one draw at a
time.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from math import cos, exp, log, radians, sin

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from gradus.spec.augment import (
    NOISE_NUMBERS,
    AnyAugmentation,
    Augment,
    Brightness,
    Crop,
    Cutout,
    Flip,
    Mixup,
    Movement,
    Noise,
    Rotate,
    Shift,
    Zoom,
)
from models.seed import generator

Pixels = NDArray[np.float64]
"""Pixels of an image, (height, width, channels)."""


def uniform(seed: int, kind: str, epoch: int, examples: int) -> Pixels:
    """The uniform random numbers of an augmentation, (n, 3)."""
    random = generator(seed, "augment", kind, epoch)
    drawn: Pixels = torch.rand(examples, 3, generator=random, dtype=torch.float64).numpy()
    return drawn


@cache
def normal() -> Pixels:
    """The list of standard normal numbers. The noise of an example is a window of this list."""
    random = generator(0, "augment", "noise")
    listed: Pixels = torch.empty(NOISE_NUMBERS, dtype=torch.float64).normal_(generator=random).numpy()
    return listed


def share(seed: int, word: Mixup, epoch: int, examples: int) -> Pixels:
    """The share of each example in its own mixture, (n,)."""
    random = generator(seed, "augment", "mixup/share", epoch)
    alpha = torch.full((examples, 2), word.alpha, dtype=torch.float64)
    gamma: Pixels = torch._standard_gamma(alpha, random).numpy()
    return np.asarray(np.maximum(gamma[:, 0], gamma[:, 1]) / (gamma[:, 0] + gamma[:, 1]))


def other(seed: int, epoch: int, examples: int) -> NDArray[np.int64]:
    """The index of the other example that each example is mixed with, (n,)."""
    return np.asarray(uniform(seed, "mixup", epoch, examples)[:, 0] * examples, dtype=np.int64)


def augmented(images: Pixels, words: Augment, seed: int, epoch: int) -> Pixels:
    """All images after augmentation, (n, height, width, channels)."""
    changed = np.stack([_changed(images, i, words, seed, epoch) for i in range(len(images))])
    for word in words:
        if isinstance(word, Mixup):
            kept = share(seed, word, epoch, len(images))[:, None, None, None]
            changed = kept * changed + (1 - kept) * changed[other(seed, epoch, len(images))]
    return changed


def _changed(images: Pixels, i: int, words: Augment, seed: int, epoch: int) -> Pixels:
    draws: dict[str, Pixels] = {word.kind: uniform(seed, word.kind, epoch, len(images))[i] for word in words}
    moves = [word for word in words if isinstance(word, Movement)]
    image: Pixels = images[i]
    if any(isinstance(word, Crop | Zoom | Rotate) for word in moves):
        image = _interpolated(image, moves, draws)
    else:
        for move in moves:
            image = _moved(image, move, draws[move.kind])
    for word in words:
        image = _valued(image, word, draws[word.kind])
    return image


def _moved(image: Pixels, word: Movement, u: Pixels) -> Pixels:
    """The image after a flip, or after a shift by whole pixels."""
    if isinstance(word, Flip):
        if word.axis != "vertical" and u[0] < word.probability:
            image = np.flip(image, 1)
        if word.axis != "horizontal" and u[1] < word.probability:
            image = np.flip(image, 0)
        return image
    assert isinstance(word, Shift)
    right, down = (_whole(u[axis], round(word.by * image.shape[1 - axis])) for axis in (0, 1))
    moved: Pixels = np.zeros_like(image)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            if 0 <= y - down < image.shape[0] and 0 <= x - right < image.shape[1]:
                moved[y, x] = image[y - down, x - right]
    return moved


def _whole(u: float, most: int) -> int:
    return int(u * (2 * most + 1)) - most


def _interpolated(image: Pixels, moves: Sequence[Movement], draws: Mapping[str, Pixels]) -> Pixels:
    """The image after all movements. The maps from a pixel to its source, in (row, column), are multiplied, so that the
    image is interpolated only once."""
    height, width, _ = image.shape
    total = np.eye(3)
    for word in moves:
        total = total @ _matrix(word, draws[word.kind], height, width)
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    offset = total[:2, 2] + centre - total[:2, :2] @ centre
    channels = [
        ndimage.affine_transform(channel, total[:2, :2], offset, order=1, mode="grid-constant")
        for channel in np.moveaxis(image, 2, 0)
    ]
    return np.stack(channels, 2)


def _matrix(word: Movement, u: Pixels, height: int, width: int) -> Pixels:
    """The matrix that maps a pixel (row, column, 1) to its source. Both are relative to the image's centre."""
    match word:
        case Flip():
            upside_down = word.axis != "horizontal" and u[1] < word.probability
            mirrored = word.axis != "vertical" and u[0] < word.probability
            return np.diag([-1.0 if upside_down else 1.0, -1.0 if mirrored else 1.0, 1.0])
        case Crop():
            edge = word.least + (1 - word.least) * u[0]
            down, right = (u[2] - 0.5) * (1 - edge) * (height - 1), (u[1] - 0.5) * (1 - edge) * (width - 1)
            return np.array([[edge, 0, down], [0, edge, right], [0, 0, 1]])
        case Zoom():
            factor = exp((2 * u[0] - 1) * log(1 + word.by))
            return np.diag([1 / factor, 1 / factor, 1.0])
        case Rotate():
            angle = radians((2 * u[0] - 1) * word.degrees)
            return np.array([[cos(angle), sin(angle), 0], [-sin(angle), cos(angle), 0], [0, 0, 1]])
        case Shift():
            right, down = _whole(u[0], round(word.by * width)), _whole(u[1], round(word.by * height))
            return np.array([[1.0, 0, -down], [0, 1, -right], [0, 0, 1]])
        case _:
            raise AssertionError(word)


def _valued(image: Pixels, word: AnyAugmentation, u: Pixels) -> Pixels:
    """The image after an augmentation that changes the values of pixels."""
    match word:
        case Brightness():
            return np.asarray(np.clip(image * (1 + word.by * (2 * u[0] - 1)), 0, 1))
        case Noise():
            places = (int(u[0] * NOISE_NUMBERS) + np.arange(image.size)) % NOISE_NUMBERS
            return np.asarray(np.clip(image + word.deviation * normal()[places].reshape(image.shape), 0, 1))
        case Cutout():
            cut = image.copy()
            edges = [round(word.size * size) for size in image.shape[:2]]
            top, left = (int(u[1 - axis] * image.shape[axis]) - edges[axis] // 2 for axis in (0, 1))
            cut[max(top, 0) : max(top + edges[0], 0), max(left, 0) : max(left + edges[1], 0)] = 0
            return cut
        case _:
            return image
