"""Augmentation compared with a slow reference; its draws depend only on seed, epoch and example."""

from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import Tensor

from gradus.spec.augment import Augment, drawn_numbers
from models.augment import AugmentedGather, Draws
from models.batch import Buffers, Scale, distinct_orders
from tests.unit.models.augment_reference import augmented

WORDS: TypeAdapter[Augment] = TypeAdapter(Augment)
LISTS: dict[str, list[Any]] = {
    "flip": ["flip"],
    "flip vertically": [{"kind": "flip", "axis": "vertical", "probability": 0.7}],
    "flip both": [{"kind": "flip", "axis": "both"}],
    "shift": [{"kind": "shift", "by": 0.4}],
    "flip and shift": ["shift", {"kind": "flip", "axis": "both"}],
    "far": [{"kind": "shift", "by": 1.0}],
    "rotate": [{"kind": "rotate", "degrees": 180}],
    "scale": [{"kind": "scale", "by": 1.5}],
    "crop": [{"kind": "crop", "least": 0.3}],
    "all movements": ["flip", "crop", "scale", "rotate", "shift"],
    "brightness": [{"kind": "brightness", "by": 0.9}],
    "noise": [{"kind": "noise", "deviation": 0.3}],
    "cutout": [{"kind": "cutout", "size": 0.6}],
    "mixup": [{"kind": "mixup", "alpha": 1.0}],
    "everything": ["flip", "crop", "scale", "rotate", "shift", "brightness", "noise", "cutout", "mixup"],
}
SHAPES = [(7, 5), (6, 8, 3)]
N = 30


def _images(shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> Tensor:
    pixels = int(np.prod(shape))
    drawn = torch.randint(256, (N, pixels), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return drawn if dtype == torch.uint8 else drawn.to(dtype) / 255


def _gathered(
    images: Tensor, shape: tuple[int, ...], members: list[tuple[int, Augment]], rows: Tensor, epoch: int = 3
) -> Tensor:
    """Augmented inputs (K, b, inputs) of the rows (b,), which are the same for every member."""
    seeds, words = [seed for seed, _ in members], [one for _, one in members]
    like = torch.empty(0, dtype=torch.float32 if images.dtype == torch.uint8 else images.dtype)
    scale = Scale(255.0, like) if images.dtype == torch.uint8 else None
    draws, orders = Draws(seeds, words, shape, N, like), len(distinct_orders(seeds, words))
    draws.seek(epoch)
    gather = AugmentedGather(draws, len(members), len(rows), Buffers(like), scale)
    return gather(images, rows.repeat(orders))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", LISTS)
def test_images_are_changed_as_a_slow_reference_changes_them(name: str, shape: tuple[int, ...]) -> None:
    words, images = WORDS.validate_python(LISTS[name]), _images(shape)
    expected = augmented(images.view(N, *shape[:2], -1).numpy(), words, seed=4, epoch=3)
    found = _gathered(images, shape, [(4, words)], torch.arange(N))[0].numpy().reshape(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    assert not np.allclose(found, images.view(N, *shape[:2], -1).numpy())
    as_bytes = _gathered(_images(shape, torch.uint8), shape, [(4, words)], torch.arange(N))[0]
    np.testing.assert_allclose(as_bytes.numpy().reshape(expected.shape), expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("name", ["flip", "shift", "flip and shift"])
def test_whole_pixels_keep_their_bits(name: str) -> None:
    words, images, shape = WORDS.validate_python(LISTS[name]), _images((7, 5), torch.uint8), (7, 5)
    found = _gathered(images, shape, [(4, words)], torch.arange(N))[0]
    pixels = Scale(255.0, torch.empty(0)).numbers(images).view(N, 7, 5, 1).double().numpy()
    expected = augmented(pixels, words, seed=4, epoch=3)
    assert np.array_equal(found.double().numpy().reshape(expected.shape), expected)


@pytest.mark.parametrize("name", LISTS)
def test_an_example_has_one_draw_alone_in_a_batch_and_in_an_array(name: str) -> None:
    shape = (7, 5, 2)
    words, images = WORDS.validate_python(LISTS[name]), _images(shape, torch.uint8)
    whole = _gathered(images, shape, [(4, words)], torch.arange(N))[0]
    order = torch.tensor([29, 3, 17, 0, 8])
    assert torch.equal(_gathered(images, shape, [(4, words)], order)[0], whole[order])
    assert torch.equal(_gathered(images, shape, [(4, words)], order[2:3])[0], whole[order[2:3]])
    weaker = tuple(type(word)() for word in words)
    array = _gathered(images, shape, [(9, words), (4, words), (4, weaker)], order)
    assert torch.equal(array[1], whole[order])
    assert torch.equal(_gathered(images, shape, [(4, words)] * 2, order), whole[order].expand(2, -1, -1))
    other_epoch = _gathered(images, shape, [(4, words)], torch.arange(N), epoch=4)[0]
    assert not torch.equal(other_epoch, whole)
    assert not torch.equal(array[0], array[1])


def test_a_words_draws_do_not_depend_on_the_other_words() -> None:
    alone = Draws([1], [WORDS.validate_python(["brightness"])], (3, 3), N, torch.empty(0))
    beside = Draws([1], [WORDS.validate_python(["cutout", "brightness", "mixup"])], (3, 3), N, torch.empty(0))
    for draws in (alone, beside):
        draws.seek(1)
    assert torch.equal(alone.numbers[:, 0], beside.numbers[:, 0])


@pytest.mark.parametrize("name", LISTS)
def test_the_numbers_of_an_example_are_those_that_the_estimate_counts(name: str) -> None:
    words = WORDS.validate_python(LISTS[name])
    draws = Draws([1, 2], [words, words], (3, 3), N, torch.empty(0))
    draws.seek(1)
    kept = draws.numbers.nbytes + draws.others.nbytes
    assert kept == 2 * N * (4 * drawn_numbers(words) + 8 * draws.mixes)


def test_numbers_of_zero_change_nothing() -> None:
    nothing = [{"kind": kind, "by": 0.0} for kind in ("scale", "shift", "brightness")]
    nothing += [
        {"kind": "flip", "probability": 0.0},
        {"kind": "crop", "least": 1.0},
        {"kind": "rotate", "degrees": 0.0},
    ]
    nothing += [{"kind": "noise", "deviation": 0.0}, {"kind": "cutout", "size": 0.0}]
    images = _images((7, 5))
    found = _gathered(images, (7, 5), [(4, WORDS.validate_python(nothing))], torch.arange(N))[0]
    np.testing.assert_allclose(found.numpy(), images.numpy(), rtol=0, atol=1e-14)
