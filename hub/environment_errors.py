"""Errors of the environment, such as a full disk, a wrong password or missing permissions, as one sentence."""

import contextlib
import sys
from collections.abc import Iterator

import redis
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gradus.errors import GradusError
from hub.disk_full import disk_full

EXPECTED = (GradusError, SQLAlchemyError, redis.RedisError, OSError)
"""Errors that come from the environment, not from a bug."""
_NO_TABLES_MESSAGES = ("no such table", "UndefinedTable")


def sentence(error: BaseException) -> str:
    """What is wrong, and what to do if that is known. The sentence contains no passwords or statement parameters."""
    if disk_full(error):
        return f"the disk is full ({_cause(error)}): free space on it, then retry"
    if isinstance(error, DBAPIError):
        return _of_database(error)
    return _cause(error)


@contextlib.contextmanager
def exit_on_environment_error() -> Iterator[None]:
    """Exit with one sentence instead of a traceback on an error of the environment."""
    try:
        yield
    except EXPECTED as error:
        sys.exit(f"error: {sentence(error)}")


def _of_database(error: DBAPIError) -> str:
    cause = _cause(error)
    if any(words in f"{type(error.orig).__name__}: {cause}" for words in _NO_TABLES_MESSAGES):
        return "the database has no tables yet: run `python -m hub.migrate` first"
    return f"the database cannot be used: {cause}"


def _cause(error: BaseException) -> str:
    """The message of the original error, as one line."""
    if isinstance(error, GradusError):
        return error.detail
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.strerror}: {error.filename}"
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
