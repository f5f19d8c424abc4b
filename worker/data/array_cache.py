"""A cache of encoded data sets on disk, which all trainers of a machine share."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hub.folder_cache import FolderCache

Content = TypeVar("Content")

ENCODED = ".encoded"
"""The folder of encoded data sets, in the last folder of data sets."""
MAX_BYTES = 32 * 2**30


class ArrayCache:
    """Folders of files by key; the least recently used are deleted first. The files of a deleted folder stay as long as
    a trainer has them mapped."""

    def __init__(self, root: Path, max_bytes: int = MAX_BYTES) -> None:
        self.root = root
        self._folders = FolderCache(root, max_bytes)

    def make_room(self, size: int) -> None:
        """Delete the least recently used folders for arrays of `size` bytes that are about to be written."""
        self._folders.make_room(size)

    def get(self, key: str, write: Callable[[Path], None], read: Callable[[Path], Content]) -> Content:
        """The result of `read` for the folder of the key, which `write` fills on a cache miss.

        Raises:
            OSError: the disk is full or faulty.
        """
        with self._folders.held(key, write) as folder:
            return read(folder)
