"""The data folder of `gradus up`: where it is, and the files by which other programs find its service."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from shlex import quote

from gradus import environment
from gradus.errors import BadRequest

CLIENT_FILE = "client.json"
"""Written by `gradus up` into its data folder: `{"url", "key"}`."""
DEFAULT_DATA_DIR = "~/.gradus"
LOCK_FILE = "supervisor.lock"
"""Locked by `gradus up` in its data folder for as long as it runs."""

_CAN_LOCK = find_spec("fcntl") is not None
"""Not on systems where only the client runs."""
if _CAN_LOCK:
    import fcntl


def data_dir(env: Mapping[str, str] = os.environ) -> Path:
    """The data folder: `GRADUS_DATA_DIR`, else `~/.gradus`.

    Raises:
        BadRequest: the variable is empty, or there is no home.
    """
    return environment.folder(env, "GRADUS_DATA_DIR") or environment.path_of(DEFAULT_DATA_DIR, "GRADUS_DATA_DIR")


def open_command(folder: Path) -> str:
    """What opens the dashboard of the service on this data folder."""
    return "gradus open" if folder == default_dir() else f"GRADUS_DATA_DIR={quote(str(folder))} gradus open"


def default_dir() -> Path | None:
    """The data folder if nothing else is set; None if there is no home."""
    try:
        return data_dir({})
    except BadRequest:
        return None


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
