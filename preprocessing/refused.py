"""Rows with missing values that an experiment refuses."""

import numpy as np

from preprocessing.column import Column, Mask
from preprocessing.encode import FittedColumn, FittedNumber, FittedStandardized
from preprocessing.pixels import FittedArray


def refused(fitted: FittedColumn, column: Column) -> Mask:
    """Whether each row lacks a value, or an element of an array, that the experiment does not fill, (n,)."""
    match fitted:
        case FittedNumber(fill=None):
            return column.missing | ~np.isfinite(column.values.astype(np.float64))
        case FittedArray():
            places = [place for place, fill in enumerate(fitted.fills) if fill is None]
            elements = column.values.reshape(len(column.values), len(fitted.fills))[:, places]
            return (column.missing & bool(places)) | (~np.isfinite(elements.astype(np.float64))).any(axis=1)
        case FittedStandardized():
            return refused(fitted.scaled, column)
        case _:
            return np.zeros(len(column.missing), dtype=np.bool_)
