"""Data for classifiers: each class is a cloud of points around its own center."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.array import Array
from lab.draws import draws


@dataclass(frozen=True)
class Clouds:
    """Points and their classes."""

    points: Array  # (examples, dimensions)
    labels: NDArray[np.int64]  # (examples,)


def clouds(examples: int, dimensions: int, classes: int, seed: int) -> Clouds:
    """Points around centers from N(0, 1), each with noise from N(0, 1). Successive points take the classes in turn."""
    random = draws(seed, "data")
    centers = random.normal(size=(classes, dimensions))
    labels = np.arange(examples) % classes
    return Clouds(centers[labels] + random.normal(size=(examples, dimensions)), labels)
