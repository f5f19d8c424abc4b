"""The data folder of `gradus up`: its path, and the files through which other programs find the service."""

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
"""False on systems that support only the client, such as Windows."""
if _CAN_LOCK:
    import fcntl


def data_dir(env: Mapping[str, str] = os.environ) -> Path:
    """The data folder: `GRADUS_DATA_DIR`, else `~/.gradus`.

    Raises:
        BadRequest: the variable is empty, or there is no home folder.
    """
    return environment.folder(env, "GRADUS_DATA_DIR") or environment.path_of(DEFAULT_DATA_DIR, "GRADUS_DATA_DIR")


def open_command(folder: Path) -> str:
    """The command that opens the dashboard of the service with this data folder."""
    return "gradus open" if folder == default_dir() else f"GRADUS_DATA_DIR={quote(str(folder))} gradus open"


def default_dir() -> Path | None:
    """The default data folder; None if there is no home folder."""
    try:
        return data_dir({})
    except BadRequest:
        return None


def abandoned(folder: Path) -> bool:
    """Whether no process holds the lock of a data folder; False if that is unknown."""
    if not _CAN_LOCK:
        return False
    try:
        lock = os.open(folder / LOCK_FILE, os.O_RDONLY)
    except OSError:  # a service of another machine or user, or one without this lock
        return False
    try:
        fcntl.flock(
            lock, fcntl.LOCK_SH | fcntl.LOCK_NB
        )  # shared and released at once, so concurrent checks do not conflict
    except OSError:  # held, or a file system without locks
        return False
    finally:
        os.close(lock)
    return True
