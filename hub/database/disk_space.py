"""Free space on the disk of the database."""

import os
import shutil
import time
from pathlib import Path

from gradus.errors import Unavailable

MIN_FREE_BYTES = 2**20
"""Bytes of free space without which a database cannot work."""
NO_ROOM = (
    "the disk with the service's data is full, and nothing can be stored or deleted until it has free space: remove "
    "other files from it"
)
FULL_SECONDS = 30.0
"""Time for which the disk counts as full after a failed write. Quotas and disks of remote servers cannot be checked
directly."""


class DiskSpace:
    """Detects a full disk, from the folder's file system and from the result of the last write."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._missing_since: float | None = None

    def found(self, *, room: bool) -> None:
        """Record whether a write found free space."""
        self._missing_since = None if room else time.monotonic()

    def is_full(self) -> bool:
        """Whether the next write will probably fail."""
        since = self._missing_since
        recently = since is not None and time.monotonic() - since < FULL_SECONDS
        return recently or (self._folder is not None and free(self._folder) < MIN_FREE_BYTES)


def free(folder: Path) -> int:
    """Free bytes on the file system of a folder. The folder may not exist yet."""
    # os.path.exists is False, and raises nothing, for folders without permission
    existing = next(parent for parent in (folder, *folder.parents) if os.path.exists(parent))  # noqa: PTH110
    return shutil.disk_usage(existing).free


def require_room(folder: Path) -> None:
    """Check that a service can start on this folder.

    Raises:
        Unavailable: the folder's disk is full.
    """
    if free(folder) < MIN_FREE_BYTES:
        raise Unavailable(f"the disk of {folder} is full: remove other files from it, then start again")
