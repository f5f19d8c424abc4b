"""Room on the disk that the database is on."""

import os
import shutil
import time
from pathlib import Path

from gradus.errors import Unavailable

LEAST = 2**20
"""Bytes below which a database cannot do its work."""
NO_ROOM = (
    "the disk that holds the service's data is full, and nothing can be stored or deleted until there is room: remove "
    "other files from it"
)
MEMORY = 30.0
"""Seconds for which a write that found no room counts: a quota, or a server elsewhere, cannot be looked at."""


class DiskSpace:
    """Whether there is any, by the folder's file system and by what came of the last write."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._missing_since: float | None = None

    def found(self, *, room: bool) -> None:
        """What came of a write."""
        self._missing_since = None if room else time.monotonic()

    def is_full(self) -> bool:
        """Whether the next write will hardly succeed."""
        since = self._missing_since
        lately = since is not None and time.monotonic() - since < MEMORY
        return lately or (self._folder is not None and free(self._folder) < LEAST)


def free(folder: Path) -> int:
    """Bytes free for us on the file system of a folder, which may not be there yet."""
    there = next(parent for parent in (folder, *folder.parents) if os.path.exists(parent))  # noqa: PTH110 (closed: no)
    return shutil.disk_usage(there).free


def require_room(folder: Path) -> None:
    """Make sure that a service can begin on this folder.

    Raises:
        Unavailable: its disk is full.
    """
    if free(folder) < LEAST:
        raise Unavailable(f"the disk of {folder} is full: make room on it by removing other files, then start again")
