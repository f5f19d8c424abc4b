"""Columns as the input tensors of a model."""

from collections.abc import Mapping
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from export.onnx.categories import NO_BUCKET
from export.onnx.missing import NAT
from export.signature import shape_of
from preprocessing.calendar import FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal, bucket
from preprocessing.column import Column
from preprocessing.encode import Fitted, FittedColumn, FittedNumber, FittedStandardized
from preprocessing.pixels import FittedArray, FittedBytes
from preprocessing.texts import as_text

Feeds = dict[str, NDArray[Any]]


def feeds(fitted: Fitted, columns: Mapping[str, Column]) -> Feeds:
    """The input tensors for n rows, by name, from the values of their columns."""
    return {column.column: _tensor(column, columns[column.column]) for column in fitted.columns}


def _tensor(fitted: FittedColumn, column: Column) -> NDArray[Any]:
    match fitted:
        case FittedNumber():
            return np.where(column.missing, np.nan, column.values.astype(np.float64))[:, None]
        case FittedOneHot() | FittedOrdinal():
            texts = as_text(column, fitted.type)
            return _chosen(np.array([*texts.categories, fitted.missing_text], dtype=object), texts)
        case FittedHash():
            texts = as_text(column, fitted.type)
            buckets = [bucket(text, fitted.buckets) for text in texts.categories]
            return _chosen(np.array([*buckets, NO_BUCKET], dtype=np.int64), texts)
        case FittedDate():
            return np.where(column.missing, NAT, column.values.astype(np.int64))[:, None]
        case FittedBytes() | FittedArray():
            dtype = np.uint8 if isinstance(fitted, FittedBytes) else np.float64
            return np.ascontiguousarray(column.values, dtype=dtype).reshape(-1, *shape_of(fitted))
        case FittedStandardized():
            return _tensor(fitted.scaled, column)
        case _:
            assert_never(fitted)


def _chosen(values: NDArray[Any], codes: Column) -> NDArray[Any]:
    """The value for each code, (n, 1). The code -1, which stands for a missing value, gets the last one."""
    chosen: NDArray[Any] = values[codes.values]
    return chosen[:, None]
