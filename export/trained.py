"""A trained network with everything needed to use it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradus.dataset_plan import DatasetPlan
from gradus.spec.network import NetworkPlan
from preprocessing.encode import Fitted

Tensors = Mapping[str, NDArray[np.float32]]
"""Parameters and running statistics by name, such as `layers/0.weight`. Vectors are (n,), all others have the planned
shape."""


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
    """The temperature that logits are divided by before they become probabilities; not used for regression."""
