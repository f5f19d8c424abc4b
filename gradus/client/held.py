"""Whether a service runs on a data folder: its supervisor holds a lock there."""

import os
from importlib.util import find_spec
from pathlib import Path

_CAN_LOCK = find_spec("fcntl") is not None
"""Not on systems where only the client runs."""
if _CAN_LOCK:
    import fcntl

LOCK_FILE = "supervisor.lock"
"""Locked by `gradus up` in its data folder for as long as it runs."""


def abandoned(folder: Path) -> bool:
    """Whether nobody holds the lock of a data folder; False where that cannot be told."""
    if not _CAN_LOCK:
        return False
    try:
        lock = os.open(folder / LOCK_FILE, os.O_RDONLY)
    except OSError:  # the service of another machine or user, or none that has such a lock
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared, and given back at once: it keeps out no other look
    except OSError:  # held, or a file system without locks
        return False
    finally:
        os.close(lock)
    return True
