"""A trained network with all that is needed to use it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradus.dataset_plan import DatasetPlan
from gradus.spec.network import NetworkPlan
from preprocessing.encode import Fitted

Tensors = Mapping[str, NDArray[np.float32]]
"""Parameters and running statistics by name, such as `layers/0.weight`; vectors (n,), all others as planned."""


@dataclass(frozen=True, eq=False)
class TargetScale:
    """Mean and deviation of each regression target: the network computes (y - mean) / deviation."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network."""

    plan: NetworkPlan
    data: DatasetPlan
    tensors: Tensors
    fitted: Fitted
    target_scale: TargetScale | None
    """None unless the task is regression."""
    temperature: float = 1.0
    """Logits are divided by it for the probabilities; not for regression."""
