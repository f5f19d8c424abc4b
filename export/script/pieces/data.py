"""The examples of a run."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass
class Split:
    """Inputs and targets of some examples."""

    inputs: Tensor  # (n, inputs): float32, or bytes that are divided by 255 in each batch
    targets: Tensor  # (n,) classes, or numbers; (n, k) labels or several numbers
    weights: Tensor | None = None  # of each example in the gradient
    evaluation_weights: Tensor | None = None  # of each example in reported losses

    def __len__(self) -> int:
        return len(self.targets)

    def to(self, device: str) -> "Split":
        """The examples on a device."""
        own = self.inputs, self.targets, self.weights, self.evaluation_weights
        inputs, targets, weights, evaluation_weights = (None if one is None else one.to(device) for one in own)
        assert inputs is not None
        assert targets is not None
        return Split(inputs, targets, weights, evaluation_weights)


@dataclass
class Data:
    """The training, validation and test parts."""

    train: Split
    validation: Split
    test: Split
    deviation: tuple[float, ...] = (1.0,)  # of each regression target in the training examples

    def to(self, device: str) -> "Data":
        """The examples on a device."""
        return Data(self.train.to(device), self.validation.to(device), self.test.to(device), self.deviation)


def standardized(train: NDArray[np.float64], *others: NDArray[np.float64]) -> tuple[list[Tensor], tuple[float, ...]]:
    """The targets as (y - mean) / deviation, with the statistics of the training examples, and the deviation of each
    target."""
    parts = [part.astype(np.float64).reshape(len(part), -1) for part in (train, *others)]
    columns = [np.ascontiguousarray(column) for column in parts[0].T]
    means = tuple(float(column.mean()) for column in columns)
    spreads = [(float(column.std()), 10 * np.finfo(np.float64).eps * abs(float(column.mean()))) for column in columns]
    deviations = tuple(1.0 if spread <= least else spread for spread, least in spreads)
    scaled = [((part - means) / deviations).astype(np.float32) for part in parts]
    shapes = [part.shape for part in (train, *others)]
    return [torch.from_numpy(one.reshape(shape)) for one, shape in zip(scaled, shapes, strict=True)], deviations


def with_mean_one(*factors: NDArray[np.float64] | None) -> Tensor | None:
    """The product of the examples' weights, divided by its mean. Weights that are None are left out; None if all
    are."""
    known = [factor for factor in factors if factor is not None]
    if not known or not len(known[0]):
        return None
    weights = torch.from_numpy(np.prod(known, axis=0))
    return (weights / float(weights.mean(dtype=torch.float64))).float()
