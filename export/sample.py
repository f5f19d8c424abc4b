"""Rows that a model could get: within the range of the training rows, but also with missing and unseen values."""

from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from export.signature import shape_of
from gradus.facts import ColumnType
from preprocessing.calendar import MICROSECONDS_PER_DAY, FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal
from preprocessing.column import Column, column_of_texts
from preprocessing.encode import Fitted, FittedColumn, FittedNumber, FittedStandardized
from preprocessing.numbers import FittedMinMax
from preprocessing.pixels import FittedArray, FittedBytes

UNSEEN = "a value that no training row has"
DAYS = 10_000
"""Dates are drawn from at most this many days after the first training date."""


def sample(fitted: Fitted, rows: int, seed: int = 0) -> dict[str, Column]:
    """The columns of random rows, by name. Equal seeds give equal rows."""
    draws = np.random.default_rng(seed)
    return {column.column: _drawn(column, rows, draws) for column in fitted.columns}


def _drawn(fitted: FittedColumn, rows: int, draws: np.random.Generator) -> Column:
    some = draws.random(rows) < 0.2
    match fitted:
        case FittedNumber():
            found = _number(fitted, some, draws)
        case FittedOneHot():
            found = _category(fitted.categories, fitted.type, some, draws)
        case FittedOrdinal():
            found = _category(fitted.order, fitted.type, some, draws)
        case FittedHash():
            found = _category(tuple(map(str, range(10))), fitted.type, some, draws)
        case FittedDate():
            days = draws.integers(0, DAYS * (MICROSECONDS_PER_DAY if fitted.type == "datetime" else 1), rows)
            found = Column(np.where(some, 0, fitted.origin + days), some)
        case FittedBytes():
            pixels = draws.integers(0, 256, (rows, *shape_of(fitted)), dtype=np.uint8)
            found = Column(pixels, np.zeros_like(some))
        case FittedArray():
            found = Column(_elements(fitted, rows, draws), np.zeros_like(some))
        case FittedStandardized():
            found = _drawn(fitted.scaled, rows, draws)
        case _:
            assert_never(fitted)
    return found


def _number(fitted: FittedNumber, some: NDArray[np.bool_], draws: np.random.Generator) -> Column:
    """Random numbers between the bounds; some are missing if the column allows it, and integer and boolean columns get
    whole numbers."""
    low, high = fitted.least or 0.0, fitted.largest or 0.0
    values = low + (high - low) * draws.random(len(some))
    missing = some & (fitted.fill is not None)
    return Column(np.where(missing, np.nan, values if fitted.type == "number" else np.round(values)), missing)


def _category(
    known: tuple[str, ...], type_: ColumnType, missing: NDArray[np.bool_], draws: np.random.Generator
) -> Column:
    """Known and unseen texts; for integers and booleans, only known ones."""
    if type_ == "boolean":
        return Column(draws.random(len(missing)) < 0.5, missing)
    if type_ == "integer":
        numbers = np.array([int(text) for text in known] or [0], dtype=np.int64)
        return Column(np.where(missing, 0, draws.choice(numbers, len(missing))), missing)
    texts = draws.choice(np.array([*known[:100], UNSEEN], dtype=object), len(missing))
    return column_of_texts(texts.tolist(), missing)


def _elements(fitted: FittedArray, rows: int, draws: np.random.Generator) -> NDArray[Any]:
    """Random elements: between the bounds of a scaling that has bounds, else between -1 and 1."""
    low = np.array([one.low if isinstance(one, FittedMinMax) else -1.0 for one in fitted.scalings])
    high = np.array([one.high if isinstance(one, FittedMinMax) else 1.0 for one in fitted.scalings])
    elements: NDArray[np.float64] = low + (high - low) * draws.random((rows, fitted.width))
    return elements.reshape(rows, *shape_of(fitted))
