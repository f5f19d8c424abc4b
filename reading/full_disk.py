"""How the system and libraries report a full disk."""

import errno
import os

import duckdb

_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
_WORDS = (*map(os.strerror, _ERRNOS), " requested and ")
"""Parts of error messages of DuckDB, and of numpy, which says how many items it wrote."""


def is_disk_full(error: BaseException) -> bool:
    """Whether an error says that there was no room to write."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _ERRNOS
    return isinstance(error, OSError | duckdb.Error) and any(words in str(error) for words in _WORDS)
