"""Filling of missing numbers, as specified by `gradus.spec.missing`."""

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from gradus.spec.missing import AnyMissing, ConstantValue, Mean, Median, Refuse


class MissingInput(ValueError):
    """A value is missing in a column that refuses missing values. The message says where."""


def fit_fill(missing: AnyMissing, values: NDArray[np.float64]) -> float | None:
    """The number that replaces a missing one, in the column's own units. It is computed from the training values (n,),
    which are finite; 0 if there are none. None if missing values are refused."""
    match missing:
        case Median():
            return float(np.median(values)) if len(values) else 0.0
        case Mean():
            return float(values.mean()) if len(values) else 0.0
        case ConstantValue():
            return missing.value
        case Refuse():
            return None
        case _:
            assert_never(missing)


def filled(x: NDArray[np.float64], missing: NDArray[np.bool_], fill: float | None, column: str) -> NDArray[np.float64]:
    """The numbers (n,), with `fill` where they are `missing`.

    Raises:
        MissingInput: a number is missing, and `fill` is None.
    """
    if fill is not None:
        return np.where(missing, fill, x)
    if missing.any():
        raise MissingInput(f"'{column}' is missing in row {int(np.argmax(missing)) + 1}, which `refuse` does not allow")
    return x
