"""Pictures of a stored table as PNG files, encoded anew from their pixels."""

import io
from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from preprocessing.column import Column
from preprocessing.table import Table

SIDE = 64
"""Largest height and width of a picture on a contact sheet, in pixels, unless another is asked for."""
GAP = 2
GREY = 128


def png(table: Table, name: str, row: int) -> bytes:
    """The picture of a row in the column with this name."""
    return encoded(table.chunk([name], row, row + 1)[name].values[0])


def contact_sheet(table: Table, name: str, rows: Sequence[int], side: int = SIDE) -> bytes:
    """The pictures of these rows in a square, from left to right and from top to bottom."""
    pictures = [_small(table.chunk([name], row, row + 1)[name].values[0], side) for row in rows]
    height = max((picture.height for picture in pictures), default=side)
    width = max((picture.width for picture in pictures), default=side)
    across = max(1, ceil(sqrt(len(pictures))))
    down = max(1, ceil(len(pictures) / across))
    sheet = Image.new("RGB", (across * (width + GAP) - GAP, down * (height + GAP) - GAP), (GREY, GREY, GREY))
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (i % across * (width + GAP), i // across * (height + GAP)))
    return _bytes(sheet)


def grid(rows: Sequence[Sequence[NDArray[Any]]]) -> bytes:
    """Pictures of equal size, bytes (height, width, channels), in rows of equal length, as a PNG file."""
    pictures = [[_small(pixels) for pixels in row] for row in rows]
    height, width, across = pictures[0][0].height, pictures[0][0].width, len(pictures[0])
    size = (across * (width + GAP) - GAP, len(pictures) * (height + GAP) - GAP)
    sheet = Image.new("RGB", size, (GREY, GREY, GREY))
    for y, row in enumerate(pictures):
        for x, picture in enumerate(row):
            sheet.paste(picture, (x * (width + GAP), y * (height + GAP)))
    return _bytes(sheet)


def rows_of_class(table: Table, target: str, wanted: str | None, count: int) -> list[int]:
    """The first rows whose target is this class; the first rows of the table if `wanted` is None."""
    if wanted is None:
        return list(range(min(count, table.rows)))
    return [int(row) for row in np.flatnonzero(_is(table.column(target), wanted))[:count]]


def _is(column: Column, wanted: str) -> NDArray[np.bool_]:
    """Whether each value of a column is this class."""
    if column.categories:
        code = column.categories.index(wanted) if wanted in column.categories else -2
        same: NDArray[np.bool_] = column.values == code
    elif column.values.dtype == np.bool_:
        same = column.values == (wanted == "true")
    else:
        same = np.array([str(value) == wanted for value in column.values], dtype=np.bool_)
    return same & ~column.missing


def _small(pixels: NDArray[Any], side: int = SIDE) -> Image.Image:
    picture = _image(pixels).convert("RGB")
    picture.thumbnail((side, side))
    return picture


def _image(pixels: NDArray[Any]) -> Image.Image:
    """(height, width, channels) bytes, one channel for grey."""
    return Image.fromarray(np.ascontiguousarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels))


def encoded(pixels: NDArray[Any]) -> bytes:
    """A PNG file of these pixels, bytes (height, width, channels)."""
    return _bytes(_image(pixels))


def _bytes(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()
