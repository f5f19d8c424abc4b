"""The parts of a table as inputs and targets."""

import numpy as np
import torch
from numpy.typing import NDArray

from export.script.pieces.data import Data, Split, standardized, with_mean_one

Values = NDArray[np.float64] | NDArray[np.int64]


def parts_of(
    inputs: NDArray[np.float32] | NDArray[np.uint8],
    targets: Values,
    parts: list[NDArray[np.intp]],
    kind: str,
    weights: NDArray[np.float64] | None = None,
    class_weights: NDArray[np.float64] | None = None,
) -> Data:
    """The examples of all parts; `kind` is `classes`, `labels` or `numbers`."""
    deviation: tuple[float, ...] = (1.0,)
    if kind == "numbers":
        own, deviation = standardized(*(targets[rows].astype(np.float64) for rows in parts))
    else:
        own = [torch.tensor(targets[rows], dtype=torch.int64 if kind == "classes" else torch.float32) for rows in parts]
    splits = []
    for rows, y in zip(parts, own, strict=True):
        row_weights = None if weights is None else weights[rows]
        of_class = None if class_weights is None else class_weights[targets[rows].astype(np.int64)]
        splits.append(
            Split(torch.tensor(inputs[rows]), y, with_mean_one(row_weights, of_class), with_mean_one(row_weights))
        )
    train, validation, test = splits
    return Data(train, validation, test, deviation)
