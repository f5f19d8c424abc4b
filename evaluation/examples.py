"""The examples that an evaluation compares: a network's outputs and the truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Examples:
    """Examples of one split."""

    outputs: Floats
    """(n, units): logits of the classes or labels, or predictions in the targets' own units."""
    targets: Integers | Floats
    """Classes, int64 (n,); or labels, 0 and 1, float64 (n, labels); or numbers, float64 (n, targets)."""
    rows: Integers
    """The position of each example in its data set, (n,)."""
    weights: Floats | None = None
    """Weights in losses, (n,); None if all are equal. Shares, such as the accuracy, count every example once, as in
    training."""

    def __len__(self) -> int:
        return len(self.outputs)

    def taken(self, chosen: NDArray[np.intp]) -> "Examples":
        """The examples at the chosen positions."""
        weights = None if self.weights is None else self.weights[chosen]
        return Examples(self.outputs[chosen], self.targets[chosen], self.rows[chosen], weights)


def log_share(logits: Floats, given: Integers) -> Floats:
    """The log-softmax of each example's given class, (n,); `logits` are (n, classes). Takes the memory of one copy of
    the logits."""
    largest = logits.max(axis=1)
    powers = logits - largest[:, None]
    np.exp(powers, out=powers)
    result: Floats = of_class(logits, given) - largest - np.log(powers.sum(axis=1))
    return result


def of_class(values: Floats, given: Integers) -> Floats:
    """The value of each example's class, (n,); `values` are (n, classes)."""
    return np.take_along_axis(values, given[:, None], axis=1)[:, 0]
