"""Errors that mean a full disk. Trainers import this file, so it imports neither SQLAlchemy nor a Redis client."""

import errno
import os

FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})
_SQLITE_FULL = 13
_POSTGRES_FULL = "53100"
_FULL_MESSAGES = ("disk is full", os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))
"""The messages of SQLite and of the operating system; Valkey repeats the latter."""


def disk_full(error: BaseException) -> bool:
    """Whether the error is caused by a full disk or an exceeded disk quota."""
    if hasattr(error, "orig"):  # SQLAlchemy's error around the driver's
        return isinstance(error.orig, BaseException) and disk_full(error.orig)
    if isinstance(error, OSError):
        return error.errno in FULL_ERRNOS
    code = getattr(error, "sqlite_errorcode", None)
    known = code == _SQLITE_FULL or getattr(error, "sqlstate", None) == _POSTGRES_FULL
    return known or any(words in str(error) for words in _FULL_MESSAGES)
