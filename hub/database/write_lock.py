"""Turns: one writer of a SQLite file at a time, and the next at once.

SQLite's own wait for its write lock looks again after 1, 2, 5, 10 … 100 ms, so that writers of several processes
spend most of their time asleep beside a lock that is free.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PAUSE = 0.0005
"""Seconds between two looks: about as long as a short transaction takes."""


class WriteLock:
    """A lock between threads and processes. The kernel lets go of it when its holder dies."""

    def __init__(self, path: str, patience: float) -> None:
        self._path = path
        self._patience = patience
        """Seconds after which a writer goes on without a turn: SQLite's own lock decides then."""
        self._threads = threading.Lock()
        self._file: int | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and keep it."""
        if not self._threads.acquire(timeout=self._patience):
            yield
            return
        try:
            with self._locked(self._open()):
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
    def _locked(self, file: int) -> Iterator[None]:
        deadline = time.monotonic() + self._patience
        while not _try_lock(file) and time.monotonic() < deadline:
            time.sleep(PAUSE)
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
