"""Converts an exception of a run to its experiment's failure."""

import torch

from gradus.status import FailureCode
from gradus.wire.experiment import Failure
from worker.data.errors import DataError

_OUT_OF_MEMORY_MESSAGES = (
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "bad_alloc",
    "cuda error: out of memory",
    "alloc_failed",
)
"""Parts of the messages with which torch and its libraries raise a plain RuntimeError when out of memory."""


def failure(error: Exception) -> Failure:
    """The failure for an exception; an unexpected exception is an internal error."""
    if isinstance(error, DataError):
        return Failure(code=FailureCode.DATA_ERROR, message=str(error))
    if _is_out_of_memory(error):
        return Failure(code=FailureCode.OUT_OF_MEMORY, message=f"out of memory: {_first_line(error)}")
    return Failure(code=FailureCode.INTERNAL, message=f"{type(error).__name__}: {_first_line(error)}")


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _OUT_OF_MEMORY_MESSAGES)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:500]
