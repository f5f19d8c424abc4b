"""A cache of encoded data sets on disk, which all trainers of a machine share."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from hub.fsync import sync

Content = TypeVar("Content")

MAX_BYTES = 32 * 2**30


class ArrayCache:
    """Folders of files by key, least recently used first to go.

    A folder gets its name only when it is complete and flushed. Trainers that need the same one wait for the first. The
    files of a folder that is deleted stay as long as a trainer has them mapped.
    """

    def __init__(self, root: Path, max_bytes: int = MAX_BYTES) -> None:
        self.root = root
        self._max_bytes = max_bytes

    def get(self, key: str, write: Callable[[Path], None], read: Callable[[Path], Content]) -> Content:
        """What `read` finds in the folder of the key, which `write` fills on a cache miss.

        Raises:
            OSError: the disk is full or faulty.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        folder = self.root / key
        with self._locked(key):
            if not folder.is_dir():
                self._fill(folder, write)
            os.utime(folder)
            content = read(folder)  # under the lock, so that it cannot be deleted meanwhile
        self._evict(keep=folder)
        return content

    def _fill(self, folder: Path, write: Callable[[Path], None]) -> None:
        for abandoned in self.root.glob(f".{folder.name}.*.part"):  # of a trainer that was killed
            shutil.rmtree(abandoned, ignore_errors=True)
        part = self.root / f".{folder.name}.{secrets.token_hex(8)}.part"
        part.mkdir()
        try:
            write(part)
            for file in part.iterdir():
                sync(file)
            sync(part)
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        sync(self.root)

    def _evict(self, keep: Path) -> None:
        """Delete the least recently used folders that exceed the limit. Those that are being read stay."""
        folders = [path for path in self.root.iterdir() if not path.name.startswith(".")]
        found = sorted((*of, path) for path in folders if (of := _time_and_bytes(path)) is not None)
        total = sum(size for _, size, _ in found)
        for _, size, path in found:
            if total <= self._max_bytes:
                return
            if path != keep and self._deleted(path):
                total -= size

    def _deleted(self, folder: Path) -> bool:
        """Delete a folder, unless another trainer is using its name."""
        with self._locked(folder.name, wait=False) as is_free:
            if is_free:
                shutil.rmtree(folder, ignore_errors=True)
            return is_free

    @contextmanager
    def _locked(self, key: str, *, wait: bool = True) -> Iterator[bool]:
        """Hold the lock of a key. Without `wait`, yields False if another process holds it."""
        lock = os.open(self.root / f".{key}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(lock)


def _time_and_bytes(folder: Path) -> tuple[float, int] | None:
    """When the folder was last used, and its size; None if another trainer has just deleted it."""
    try:
        return folder.stat().st_mtime, sum(file.stat().st_size for file in folder.iterdir())
    except FileNotFoundError:
        return None
