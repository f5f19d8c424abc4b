"""Encoding of images and arrays: their elements in row-major order."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gradus.encoding import InputColumn
from gradus.spec.numbers import NumberEncoding
from preprocessing.column import Column
from preprocessing.fitted_model import FittedModel
from preprocessing.missing import filled, fit_fill
from preprocessing.numbers import FittedScaling, cut, fit_scaling, scale
from preprocessing.to_float32 import to_float32

BLOCK_BYTES = 64 * 2**20
"""Bytes of the elements whose scalings are fitted at a time."""


class FittedBytes(FittedModel):
    """Elements of 0 … 255, divided by 255."""

    kind: Literal["bytes"] = "bytes"
    column: str
    width: int
    shape: tuple[int, ...] | None = None
    """Shape of one image or array; null, in files of older versions, for (width,)."""


class FittedArray(FittedModel):
    """Elements, each scaled on its own."""

    kind: Literal["array"] = "array"
    column: str
    scalings: tuple[FittedScaling, ...]
    fills: tuple[float | None, ...]
    """What replaces a NaN in each element; null if missing values are refused."""
    shape: tuple[int, ...] | None = None
    """Shape of one array; null, in files of older versions, for (width,)."""

    @property
    def width(self) -> int:
        """Number of inputs."""
        return len(self.scalings)


def fit_array(
    column: InputColumn, encoding: NumberEncoding, values: NDArray[Any], rows: NDArray[np.intp]
) -> FittedArray:
    """The scalings fitted to the elements of the training rows. `values` has all rows, (n, ...)."""
    elements = values.reshape(len(values), -1)
    block = max(1, BLOCK_BYTES // (8 * max(len(rows), 1)))
    scalings: list[FittedScaling] = []
    fills: list[float | None] = []
    for first in range(0, elements.shape[1], block):
        for element in elements[:, first : first + block][rows].astype(np.float64).T:
            present = cut(element[np.isfinite(element)])
            scalings.append(fit_scaling(encoding, present))
            fills.append(fit_fill(column.missing, present))
    return FittedArray(column=column.facts.name, scalings=tuple(scalings), fills=tuple(fills), shape=values.shape[1:])


def encode_bytes(values: Column, out: NDArray[np.float32]) -> None:
    """Write x / 255 in float32, (n, width)."""
    np.divide(values.values.reshape(out.shape), np.float32(255), out=out, dtype=np.float32)


def encode_array(fitted: FittedArray, values: Column, out: NDArray[np.float32]) -> None:
    """Write the inputs of the rows, (n, width)."""
    for place, element in enumerate(values.values.reshape(out.shape).T):
        x = element.astype(np.float64)
        x = filled(x, ~np.isfinite(x), fitted.fills[place], fitted.column)
        out[:, place] = to_float32(scale(fitted.scalings[place], x))
