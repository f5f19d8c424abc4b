"""Locks on files and folders, which the system releases when their process ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileLock:
    """The result of `locked_file`: true if the lock is held."""

    handle: int
    is_held: bool

    def __bool__(self) -> bool:
        return self.is_held

    def share(self) -> None:
        """Let others share the lock from now on. Linux does this in one step. On a system that takes two steps, another
        process may have held the lock in between."""
        fcntl.flock(self.handle, fcntl.LOCK_SH)


@contextmanager
def locked_folder(folder: Path, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of an existing folder. Without `wait`, yields False if it is held elsewhere."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield _lock(handle, shared=shared, wait=wait)
    finally:
        os.close(handle)


@contextmanager
def locked_file(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[FileLock]:
    """Hold the lock of a file, which is created if it is missing. Whoever holds it exclusively may delete the file.
    Without `wait`, yields a false value if the lock is held elsewhere."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            is_held = _lock(handle, shared=shared, wait=wait)
            if not is_held or _is_at(handle, path):
                yield FileLock(handle, is_held)
                return
        finally:
            os.close(handle)


def _lock(handle: int, *, shared: bool, wait: bool) -> bool:
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Whether the path still leads to this file: it may have been deleted while this process waited."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
