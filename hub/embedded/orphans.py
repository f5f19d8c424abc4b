"""Ends orphaned parts of a killed supervisor. Normally they end by themselves."""

import fcntl
import os
import signal
import time
from pathlib import Path

from hub.embedded.run_part import GRACE_SECONDS


def end_orphans(running: Path) -> None:
    """Wait until no part of an earlier start is running. After a timeout, kill processes that hold our own locks."""
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
