"""The lock of a server's folder. The server inherits it and holds it to its end: whoever has it is ours."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from gradus.errors import Unavailable


class Lock:
    """Two servers on one append-only file would spoil it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "valkey.lock"

    @contextlib.contextmanager
    def taken(self, seconds: float) -> Iterator[int]:
        """Its descriptor, for the server to inherit; waits for the last one, which may be on its way out.

        Raises:
            Unavailable: another server keeps it.
        """
        lock = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(lock, seconds)
            os.ftruncate(lock, 0)  # nobody is taken for the next holder
            yield lock
        finally:
            os.close(lock)

    def give(self, lock: int, pid: int) -> None:
        """Write down the server that has inherited it."""
        os.pwrite(lock, str(pid).encode(), 0)

    def holder(self) -> int | None:
        """The server that holds it now; None if nobody does, or it is not known who. A peer that only says who he is
        could name any process."""
        try:
            lock = os.open(self._path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            return None if _takes(lock, fcntl.LOCK_SH) else int(os.pread(lock, 20, 0) or 0) or None
        finally:
            os.close(lock)

    def signal(self, how: signal.Signals) -> None:
        """Send it to the holder, if there is one."""
        pid = self.holder()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    def _take(self, lock: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not _takes(lock, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise Unavailable(f"a Valkey server that does not answer holds {self._folder}: end its process first")
            time.sleep(0.02)


def _takes(lock: int, how: int) -> bool:
    """Whether it could be taken; it is kept until the descriptor is closed. Who only looks shares it with others who
    look, and is never taken for a holder."""
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
