"""Named weights as a safetensors file."""

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from export.trained import Trained


def weights(trained: Trained, metadata: Mapping[str, str]) -> bytes:
    """The parameters and running statistics, by name, as a safetensors file; for regression also `target.mean` and
    `target.deviation`. Weights of dense layers have the shape (inputs, units)."""
    tensors: dict[str, NDArray[np.floating]] = {
        name: np.ascontiguousarray(tensor) for name, tensor in trained.tensors.items()
    }
    if trained.target_scale is not None:
        tensors |= {"target.mean": trained.target_scale.mean, "target.deviation": trained.target_scale.deviation}
    # A single entry: several are written in an order that differs from call to call.
    content: bytes = save(tensors, {"origin": json.dumps(metadata)})
    return content
