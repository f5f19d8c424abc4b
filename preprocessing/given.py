"""Columns of values from which a trained network is to predict."""

from collections.abc import Sequence
from typing import Any, assert_never

import numpy as np

from gradus.facts import ColumnType
from preprocessing.calendar import FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal
from preprocessing.column import Column, column_of_texts
from preprocessing.encode import FittedColumn, FittedNumber, FittedStandardized
from preprocessing.pixels import FittedArray, FittedBytes


def type_of(fitted: FittedColumn) -> ColumnType:
    """The type of a column."""
    match fitted:
        case FittedNumber() | FittedOneHot() | FittedOrdinal() | FittedHash() | FittedDate():
            return fitted.type
        case FittedBytes():
            return "image"
        case FittedArray():
            return "array"
        case FittedStandardized():
            return type_of(fitted.scaled)
        case _:
            assert_never(fitted)


def may_miss(fitted: FittedColumn) -> bool:
    """Whether a column has a rule for missing values."""
    match fitted:
        case FittedNumber():
            return fitted.fill is not None
        case FittedBytes() | FittedArray():
            return False
        case FittedStandardized():
            return may_miss(fitted.scaled)
        case _:
            return True


def column(fitted: FittedColumn, values: Sequence[Any]) -> Column:
    """The column of values that a reader has returned, with None for missing values."""
    missing = np.array([value is None for value in values], dtype=np.bool_)
    type_ = type_of(fitted)
    if type_ == "text":
        return column_of_texts(["" if value is None else value for value in values], missing)
    if isinstance(fitted, FittedNumber | FittedStandardized):
        return Column(np.array([np.nan if value is None else value for value in values], dtype=np.float64), missing)
    dtype = np.bool_ if type_ == "boolean" else np.int64
    return Column(np.array([0 if value is None else value for value in values], dtype=dtype), missing)


def nothing(fitted: FittedColumn, rows: int) -> Column:
    """A column of missing values."""
    return column(fitted, [None] * rows)
