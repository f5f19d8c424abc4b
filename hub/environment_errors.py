"""Trouble of the environment — a full disk, a wrong password, a folder that is closed — in a sentence."""

import contextlib
import errno
import os
import sys
from collections.abc import Iterator

import redis
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gradus.errors import GradusError

EXPECTED = (GradusError, SQLAlchemyError, redis.RedisError, OSError)
"""What no change of the code mends."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_WORDS = "this Python leaves docstrings out (-OO), which Gradus shows to people: take PYTHONOPTIMIZE=1, or unset it"
_SQLITE_FULL = 13
_POSTGRES_FULL = "53100"
_SAY_FULL = ("disk is full", os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))
"""SQLite's own words, and the system's, which Valkey repeats."""
_NO_TABLES = ("no such table", "UndefinedTable")


def disk_full(error: BaseException) -> bool:
    """Whether it comes from a disk, or a share of one, on which there is no room."""
    if isinstance(error, DBAPIError):
        return error.orig is not None and disk_full(error.orig)
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    code = getattr(error, "sqlite_errorcode", None)
    known = code == _SQLITE_FULL or getattr(error, "sqlstate", None) == _POSTGRES_FULL
    return known or any(words in str(error) for words in _SAY_FULL)


def sentence(error: BaseException) -> str:
    """What is wrong, and what to do where that is known. No values of statements are in it, nor passwords."""
    if disk_full(error):
        return f"the disk is full ({_cause(error)}): make room on it by removing other files, then try again"
    if isinstance(error, DBAPIError):
        return _of_database(error)
    return _cause(error)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Let trouble of the environment end the program with a sentence instead of a traceback."""
    if sys.flags.optimize > 1:
        sys.exit(f"error: {NO_WORDS}")
    try:
        yield
    except EXPECTED as error:
        sys.exit(f"error: {sentence(error)}")


def _of_database(error: DBAPIError) -> str:
    said = _cause(error)
    if any(words in f"{type(error.orig).__name__}: {said}" for words in _NO_TABLES):
        return "the database has no tables yet: run `python -m hub.migrate` first"
    return f"the database cannot be used: {said}"


def _cause(error: BaseException) -> str:
    """In the words of whoever found it, on a line."""
    if isinstance(error, GradusError):
        return error.detail
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.strerror}: {error.filename}"
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
