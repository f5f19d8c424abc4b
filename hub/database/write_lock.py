"""The write lock of a SQLite file: one writer at a time, and the next one starts at once.

SQLite itself retries its write lock after 1, 2, 5, 10 … 100 ms, so that the writers of several processes would sleep
most of the time although the lock is free.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

RETRY_SECONDS = 0.0005
"""Pause between two attempts: about the length of a short transaction."""


class WriteLock:
    """A lock between threads and processes. The kernel releases it when its holder dies."""

    def __init__(self, path: str, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        """Seconds after which a writer continues without the lock. SQLite's own lock then decides."""
        self._threads = threading.Lock()
        self._file: int | None = None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock during the block."""
        if not self._threads.acquire(timeout=self._timeout):
            yield
            return
        try:
            with self._file_locked(self._open()):
                yield
        finally:
            self._threads.release()

    def close(self) -> None:
        """Close the file."""
        with self._threads:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file

    @contextmanager
    def _file_locked(self, file: int) -> Iterator[None]:
        deadline = time.monotonic() + self._timeout
        while not _try_lock(file) and time.monotonic() < deadline:
            time.sleep(RETRY_SECONDS)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
