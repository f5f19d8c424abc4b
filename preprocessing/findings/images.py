"""Finds pictures that are nearly equal in two parts of the split: by a difference hash, then by their pixels.

The hash has 64 bits: whether a pixel is darker than its right neighbour, in the picture shrunk to 9 × 8. Source:
N. Krawetz, Kind of like that, 2013.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradus.wire.finding import Evidence, Finding
from preprocessing.findings.build import finding, percent, some
from preprocessing.findings.sheet import Sheet

BITS = 4
"""Largest number of bits in which the hashes of nearly equal pictures differ."""
PIXELS = 6.0
"""Largest mean absolute difference of their pixels, on a scale of 0 … 255."""
SHARE = 0.005
MIN_ROWS = 3
_BLOCKS = BITS + 1
"""The number of groups that the bits are divided into: hashes that differ in at most `BITS` bits are equal in at least
one."""


def similar_images(sheet: Sheet) -> Iterator[Finding]:
    """Test pictures that are nearly equal to a training picture."""
    train, test = sheet.question.train, sheet.question.test
    if train is None or test is None or not len(test) or not sheet.is_whole:
        return
    for column in sheet.inputs:
        if column.type != "image":
            continue
        images = sheet.table.column(column.name).values
        found = np.array([row for row, _ in near_pairs(images, test, train)], dtype=np.intp)
        if len(found) >= max(MIN_ROWS, SHARE * len(test)):
            yield finding(
                "similar_images",
                "warning",
                column.name,
                f"{len(found)} of {len(test)} test pictures ({percent(len(found) / len(test))}) are nearly equal to a "
                "training picture: the test partly measures what the network has memorized",
                [
                    Evidence(
                        statistic="test pictures seen in training",
                        column=column.name,
                        value=len(found),
                        threshold=SHARE * len(test),
                        rows=some(found),
                    )
                ],
            )


def near_pairs(images: NDArray[np.uint8], test: NDArray[np.intp], train: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """For each test row that is nearly equal to a training row: the pair (test row, training row)."""
    hashes = difference_hashes(images)
    tables = [_by_key(hashes[train], block) for block in range(_BLOCKS)]
    for row in test.tolist():
        for block, (keys, order) in enumerate(tables):
            key = _keys(hashes[row : row + 1], block)[0]
            first, last = np.searchsorted(keys, key, "left"), np.searchsorted(keys, key, "right")
            candidates = train[order[first:last]]
            near = candidates[np.bitwise_count(hashes[candidates] ^ hashes[row]) <= BITS]
            match = next((other for other in near.tolist() if _close(images[row], images[other])), None)
            if match is not None:
                yield row, match
                break


def difference_hashes(images: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The hash of each image (n, height, width, channels)."""
    found = np.empty(len(images), dtype=np.uint64)
    for first in range(0, len(images), 1024):
        block = images[first : first + 1024].mean(axis=3)
        small = _shrunk(_shrunk(block, 8, axis=1), 9, axis=2)  # (b, 8, 9)
        bits = (small[:, :, :-1] < small[:, :, 1:]).reshape(len(block), 64)
        found[first : first + 1024] = np.packbits(bits, axis=1).view(">u8")[:, 0]
    return found


def _shrunk(values: NDArray[np.float64], size: int, axis: int) -> NDArray[np.float64]:
    """The means of `size` sections of about equal length along an axis; where there are fewer pixels, they are
    repeated."""
    n = values.shape[axis]
    starts = np.arange(size) * n // size
    if n < size:
        repeated: NDArray[np.float64] = np.take(values, starts, axis=axis)
        return repeated
    sums = np.add.reduceat(values, starts, axis=axis)
    lengths = np.diff(np.append(starts, n))
    means: NDArray[np.float64] = sums / lengths.reshape([-1 if i == axis else 1 for i in range(values.ndim)])
    return means


def _keys(hashes: NDArray[np.uint64], block: int) -> NDArray[np.uint64]:
    width = 64 // _BLOCKS + 1
    return hashes >> np.uint64(block * width) & np.uint64(2**width - 1)


def _by_key(hashes: NDArray[np.uint64], block: int) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    keys = _keys(hashes, block)
    order = np.argsort(keys, kind="stable")
    return keys[order], order


def _close(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Whether the pixels are close. Pictures of almost one color never are."""
    numbers = one.astype(np.float64)
    return bool(numbers.std() > PIXELS and np.abs(numbers - other).mean() <= PIXELS)
