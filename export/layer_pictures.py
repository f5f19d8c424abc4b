"""Filters and activations of convolutions as numbers and as PNG pictures."""

import io
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from export.reference import layer_outputs
from export.trained import Trained
from gradus.spec.nodes.conv import ConvPlan

Numbers = NDArray[np.float32]
TILE = 48
"""Least height and width of a tile, in pixels."""
GAP = 2
GREY = 128
MOST_INPUTS = 32
"""The largest number of a filter's input channels in a picture."""
RGB = 3


def convolutions(trained: Trained) -> dict[str, ConvPlan]:
    """The convolutions of a network by name, in the order of its layers."""
    return {layer.name: layer for layer in trained.plan.layers if isinstance(layer, ConvPlan)}


def filters(trained: Trained, layer: ConvPlan, channels: slice) -> Numbers:
    """The weights of filters, (filters, input channels, kernel, kernel)."""
    weight = trained.tensors[f"{layer.name}.weight"].reshape(layer.kernel, layer.kernel, -1, layer.channels)
    found: Numbers = weight.transpose(3, 2, 0, 1)[channels]
    return found


def activations(trained: Trained, layer: ConvPlan, inputs: Numbers, channels: slice) -> Numbers:
    """The output of a convolution for one row (1, inputs), after its activation function, (channels, height, width)."""
    found = dict(layer_outputs(trained, inputs, np.float32, until=layer.name))[layer.name]
    numbers: Numbers = found[0].transpose(2, 0, 1)[channels].astype(np.float32)
    return numbers


def filters_png(weights: Numbers) -> bytes:
    """A picture of filters. Filters that read three channels are in color, others have a row each with a tile for each
    channel. Zero is grey; the largest weight of all filters is white or black."""
    largest = float(np.abs(weights).max(initial=0.0)) or 1.0
    pixels = np.clip(np.round(GREY + (255 - GREY) * weights / largest), 0, 255).astype(np.uint8)
    if weights.shape[1] == RGB:
        return _png(_square([one.transpose(1, 2, 0) for one in pixels]))
    if weights.shape[1] == 1:
        return _png(_square([one[0] for one in pixels]))
    return _png([[tile for tile in one[:MOST_INPUTS]] for one in pixels])  # noqa: C416 (an array is no list)


def activations_png(values: Numbers) -> bytes:
    """A picture of activations with a tile for each channel. The smallest value of all is black, the largest white."""
    least, largest = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    span = (largest - least) or 1.0
    return _png(_square(list(np.round(255 * (values - least) / span).astype(np.uint8))))


def _square(tiles: list[NDArray[np.uint8]]) -> list[list[NDArray[np.uint8]]]:
    across = max(1, ceil(sqrt(len(tiles))))
    return [tiles[first : first + across] for first in range(0, len(tiles), across)]


def _png(rows: list[list[NDArray[np.uint8]]]) -> bytes:
    """A PNG of tiles of equal size, with transparent gaps between them."""
    height, width = rows[0][0].shape[:2]
    scale = max(1, ceil(TILE / max(height, width)))
    size = width * scale, height * scale
    down, across = len(rows), max(map(len, rows))
    sheet = Image.new("RGBA", (across * (size[0] + GAP) - GAP, down * (size[1] + GAP) - GAP))
    for i, row in enumerate(rows):
        for j, tile in enumerate(row):
            picture = Image.fromarray(tile).convert("RGBA").resize(size, Image.Resampling.NEAREST)
            sheet.paste(picture, (j * (size[0] + GAP), i * (size[1] + GAP)))
    content = io.BytesIO()
    sheet.save(content, "PNG")
    return content.getvalue()
