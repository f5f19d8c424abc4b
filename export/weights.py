"""Named weights as a safetensors file."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from export.trained import Trained


def weights(trained: Trained, metadata: Mapping[str, str]) -> bytes:
    """The parameters and running statistics, by name; of a regression also `target.mean` and `target.deviation`.

    Weights of dense layers have the shape (inputs, units).
    """
    tensors: dict[str, NDArray[np.floating]] = {
        name: np.ascontiguousarray(tensor) for name, tensor in trained.tensors.items()
    }
    if trained.target_scale is not None:
        tensors |= {"target.mean": trained.target_scale.mean, "target.deviation": trained.target_scale.deviation}
    content: bytes = save(tensors, dict(metadata))
    return content
