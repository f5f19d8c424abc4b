"""Parts of a supervisor that was killed: they end by themselves, and this makes sure of it."""

import fcntl
import os
import signal
import time
from pathlib import Path

from hub.embedded.run_part import GRACE_SECONDS


def end_leftovers(running: Path) -> None:
    """Return when no part of an earlier start lives. Only processes that hold our own locks are ended."""
    deadline = time.monotonic() + GRACE_SECONDS + 2
    files = list(running.iterdir())
    while any(map(_held, files)):
        if time.monotonic() > deadline:
            for file in filter(_held, files):
                os.kill(int(file.read_text()), signal.SIGKILL)
        time.sleep(0.05)
    for file in files:
        file.unlink()


def _held(file: Path) -> bool:
    lock = os.open(file, os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
