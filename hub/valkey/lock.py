"""The lock of a server's folder. The server inherits it and holds it until it ends, so its holder is our server."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from gradus.errors import Unavailable


class Lock:
    """Prevents two servers on one append-only file, which would corrupt it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "valkey.lock"

    @contextlib.contextmanager
    def taken(self, seconds: float) -> Iterator[int]:
        """Take the lock, and yield its file descriptor for the server to inherit. Waits for a previous server that may
        be shutting down.

        Raises:
            Unavailable: another server keeps the lock.
        """
        lock = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(lock, seconds)
            os.ftruncate(lock, 0)  # the previous pid must not be taken for that of the next holder
            yield lock
        finally:
            os.close(lock)

    def record_holder(self, lock: int, pid: int) -> None:
        """Write the pid of the server that has inherited the lock."""
        os.pwrite(lock, str(pid).encode(), 0)

    def holder(self) -> int | None:
        """The pid of the server that holds the lock; None if it is free or the pid is unknown. The lock proves the pid:
        a process that merely answered on the socket could claim any pid."""
        try:
            lock = os.open(self._path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            return None if _try_lock(lock, fcntl.LOCK_SH) else int(os.pread(lock, 20, 0) or 0) or None
        finally:
            os.close(lock)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the holder, if there is one."""
        pid = self.holder()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _take(self, lock: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not _try_lock(lock, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise Unavailable(f"a Valkey server that does not answer holds {self._folder}: end its process first")
            time.sleep(0.02)


def _try_lock(lock: int, mode: int) -> bool:
    """Try to take the lock, which is then kept until the descriptor is closed. Processes that only check use a shared
    lock, so they do not block each other and are never taken for a holder."""
    try:
        fcntl.flock(lock, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
