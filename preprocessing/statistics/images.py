"""Statistics of images and arrays: shapes, extremes and means, read a block at a time."""

import base64
from collections.abc import Iterator
from io import BytesIO
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from preprocessing.table import Table

BLOCK_BYTES = 16 * 2**20


def image_statistics(table: Table, name: str) -> dict[str, Any]:
    """Shape and mean image."""
    values = table.column(name).values
    total = np.zeros(values.shape[1:], dtype=np.float64)
    for block in _blocks(values):
        total += block.sum(axis=0, dtype=np.float64)
    mean = np.rint(total / max(1, len(values))).astype(np.uint8)
    return {"shape": values.shape[1:], "mean_image": png(mean)}


def array_statistics(table: Table, name: str) -> dict[str, Any]:
    """Shape, extremes, mean, deviation and share of zeros of all elements."""
    values = table.column(name).values
    if values.size == 0:
        return {"shape": values.shape[1:]}
    low, high, total, zeros = np.inf, -np.inf, 0.0, 0
    for block in _blocks(values):
        numbers = block.astype(np.float64)
        low, high = min(low, float(numbers.min())), max(high, float(numbers.max()))
        total += float(numbers.sum())
        zeros += int((numbers == 0).sum())
    mean = total / values.size
    squares = sum(float(np.square(block.astype(np.float64) - mean).sum()) for block in _blocks(values))
    return {
        "shape": values.shape[1:],
        "min": low,
        "max": high,
        "mean": mean,
        "deviation": sqrt(squares / values.size),
        "zeros": zeros / values.size,
    }


def png(image: NDArray[np.uint8]) -> str:
    """The image (height, width, channels) as a PNG, in base64."""
    content = BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def _blocks(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    size = max(1, BLOCK_BYTES // max(1, values[:1].nbytes * 8 // values.itemsize))
    for first in range(0, len(values), size):
        yield values[first : first + size]
