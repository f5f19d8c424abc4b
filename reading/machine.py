"""Errors of the machine around a reading process, or of its confinement: they say nothing about the file."""

import errno
import os
import re

import duckdb

from reading.full_disk import is_disk_full

_NO_MEMORY = ("Out of Memory", "Failed to allocate", "bad allocation", "bad_alloc")
_BROKEN_CONTENT = ("enough bytes", os.strerror(errno.EINVAL))
"""Parts of messages of DuckDB's input and output that a damaged file causes: it is too short, or has wrong offsets."""
_OF_RUST = re.compile(r"\(os error (\d+)\)")


def is_of_machine(error: BaseException) -> bool:
    """Whether an error says that a resource was missing or refused, so that the file may be fine."""
    return is_disk_full(error) or is_out_of_memory(error) or is_too_long(error) or is_refused(error)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was not enough memory."""
    return isinstance(error, MemoryError) or (
        isinstance(error, duckdb.Error) and any(lack in str(error) for lack in _NO_MEMORY)
    )


def is_too_long(error: BaseException) -> bool:
    """Whether an error says that a written file became longer than allowed."""
    return _number(error) == errno.EFBIG or (
        isinstance(error, duckdb.IOException) and os.strerror(errno.EFBIG) in str(error)
    )


def is_refused(error: BaseException) -> bool:
    """Whether an error says that the system, or the confinement, refused to open, read, write or map a file."""
    if isinstance(error, duckdb.IOException):
        return not any(words in str(error) for words in _BROKEN_CONTENT)
    # DuckDB may open only the files of the reading. It is fatal if it cannot write its own files.
    return isinstance(error, duckdb.PermissionException | duckdb.FatalException) or (
        _number(error) not in (None, errno.EINVAL)
    )


def _number(error: BaseException) -> int | None:
    """The `errno` of an error of Python, or of one of Rust, which has it in its message."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = None if isinstance(error, duckdb.Error) else _OF_RUST.search(str(error))
    return int(found[1]) if found else None
