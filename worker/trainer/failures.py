"""From what a run raised to what its experiment says."""

import torch

from gradus.status import FailureCode
from gradus.wire.experiment import Failure
from worker.data.errors import DataError

_ALLOCATORS = (
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "bad_alloc",
    "cuda error: out of memory",
    "alloc_failed",
)
"""What torch and its libraries say in a plain RuntimeError when the memory of host or device does not suffice."""


def failure(error: Exception) -> Failure:
    """The failure that an exception amounts to; what nobody foresaw is a fault of Gradus."""
    if isinstance(error, DataError):
        return Failure(code=FailureCode.DATA_ERROR, message=str(error))
    if _memory(error):
        return Failure(code=FailureCode.OUT_OF_MEMORY, message=f"the memory does not suffice: {_first_line(error)}")
    return Failure(code=FailureCode.INTERNAL, message=f"{type(error).__name__}: {_first_line(error)}")


def _memory(error: Exception) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _ALLOCATORS)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:500]
