"""Arrays with one value for each example become typed columns; arrays with several values keep their shape."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType
from preprocessing.column import Mask
from reading.failure import ReadingFailed

_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Scalar:
    """How the values of an array become those of a column."""

    type: ColumnType
    convert: Callable[[NDArray[Any], str], tuple[Any, Mask]]
    """A function of some elements and the array's name that returns their values and which of them are missing."""


def scalar(dtype: np.dtype[Any], name: str) -> Scalar:
    """The column of a one-dimensional array of this type.

    Raises:
        ReadingFailed: there is no column type for it.
    """
    match dtype.kind:
        case "b":
            return Scalar("boolean", _as_it_is)
        case "i" | "u":
            return Scalar("integer", _integers)
        case "f" if dtype.itemsize <= 8:
            return Scalar("number", _numbers)
        case "U" | "S":
            return Scalar("text", _texts)
        case "M":
            unit = np.datetime_data(dtype)[0]
            return Scalar("date" if unit in ("D", "W", "M", "Y") else "datetime", _moments)
    raise ReadingFailed("data_error", f"{name} has elements of {dtype}: save them as numbers or as text.", file=name)


def stored_as(dtype: np.dtype[Any], name: str) -> np.dtype[Any]:
    """The type in which an array with several values for each example is stored; it can represent all values of
    `dtype`.

    Raises:
        ReadingFailed: there is no such type.
    """
    if dtype.kind == "b" or dtype == np.uint8:
        return np.dtype(np.uint8)
    if dtype.kind in "iu":
        return np.dtype(np.int64)
    if dtype.kind == "f" and dtype.itemsize <= 8:
        return np.dtype(np.float32 if dtype.itemsize <= 4 else np.float64)
    raise ReadingFailed("data_error", f"{name} has elements of {dtype}: save them as numbers.", file=name)


def converted(values: NDArray[Any], dtype: np.dtype[Any], name: str) -> NDArray[Any]:
    """The values in the type in which they are stored.

    Raises:
        ReadingFailed: one is not finite or too large.
    """
    if values.dtype.kind == "u":
        _refuse_large(values, name)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ReadingFailed(
            "data_error",
            f"{name} has NaN or infinity, which no network can learn from: replace them before saving, or save a "
            "table, whose missing values have a rule.",
            file=name,
        )
    return values.astype(dtype)


def _as_it_is(values: NDArray[Any], _name: str) -> tuple[Any, Mask]:
    return values, np.zeros(len(values), dtype=np.bool_)


def _integers(values: NDArray[Any], name: str) -> tuple[Any, Mask]:
    _refuse_large(values, name)
    return _as_it_is(values.astype(np.int64), name)


def _numbers(values: NDArray[Any], name: str) -> tuple[Any, Mask]:
    if np.isinf(values).any():
        raise ReadingFailed(
            "data_error", f"{name} has an infinite number: replace it, or make it NaN, which is missing.", file=name
        )
    return values.astype(np.float64), np.isnan(values)


def _texts(values: NDArray[Any], name: str) -> tuple[Any, Mask]:
    try:
        texts = [value.decode() if isinstance(value, bytes) else str(value) for value in values.tolist()]
        for text in texts:
            text.encode()
    except (UnicodeError, SystemError):  # SystemError comes from numpy, for an invalid code point
        message = f"{name} has bytes that are not text: save it as str."
        raise ReadingFailed("data_error", message, file=name) from None
    return texts, np.array([not text for text in texts], dtype=np.bool_)


def _moments(values: NDArray[Any], name: str) -> tuple[Any, Mask]:
    unit = "datetime64[D]" if np.datetime_data(values.dtype)[0] in ("D", "W", "M", "Y") else "datetime64[us]"
    missing = np.isnat(values)
    kept = np.where(missing, np.datetime64(0, "us").astype(values.dtype), values)
    rounded = kept.astype(unit)
    if not np.array_equal(rounded.astype(values.dtype), kept):
        raise ReadingFailed("data_error", f"{name} has times finer than a microsecond: round them.", file=name)
    return rounded, missing


def _refuse_large(values: NDArray[Any], name: str) -> None:
    if values.dtype == np.uint64 and len(values) and values.max() > _LARGEST:
        raise ReadingFailed(
            "data_error", f"{name} has a number above {_LARGEST}: save identifiers as text (x.astype(str)).", file=name
        )
