"""Weights of the classes in the training loss."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gradus.spec.class_weights import ClassWeights


def class_weights(
    words: ClassWeights | None, targets: NDArray[np.int64], classes: Sequence[str]
) -> NDArray[np.float64] | None:
    """The weight of each class, (classes,); None if all are equal.

    `balanced`: n / (k · n_c) for a class with n_c of the n training targets and k classes, as
    `sklearn.utils.class_weight.compute_class_weight`; 0 for a class without training rows.
    """
    if words is None or words == "none":
        return None
    if words == "balanced":
        counts = np.bincount(targets, minlength=len(classes))
        return np.where(counts > 0, len(targets) / (len(classes) * np.maximum(counts, 1)), 0.0)
    return np.array([words.get(name, 1.0) for name in classes])
