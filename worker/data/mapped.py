"""Tensors of memory-mapped arrays."""

import warnings
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

LARGEST_BYTE = 255.0
"""What inputs that are stored as bytes are divided by."""


def mapped_tensor(inputs: NDArray[Any]) -> Tensor:
    """A tensor of memory-mapped inputs. Training only reads them, so torch's warning about a read-only array does not
    matter."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(inputs)
