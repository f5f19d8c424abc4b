"""A cache of folders on disk, which all processes of a machine share."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from hub.file_lock import FileLock, locked_file
from hub.fsync import sync

PART = ".part"
LOCK = ".lock"


class FolderCache:
    """A cache of folders with files, by key. The least recently used folders are deleted first. Keys contain no dots.

    A folder gets its name only when it is complete and flushed. Processes and threads that need the same folder wait
    for the first one to fill it; nobody waits for another key. A folder in use is never deleted.
    """

    def __init__(self, root: Path, max_bytes: int) -> None:
        self.root = root
        self._max_bytes = max_bytes

    @contextmanager
    def held(self, key: str, write: Callable[[Path], None]) -> Iterator[Path]:
        """The folder of the key, which `write` fills on a cache miss. It stays while the context is open.

        Raises:
            OSError: the disk is full or faulty.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        folder = self.root / key
        while True:
            with self._locked(key, shared=True):
                if folder.is_dir():
                    os.utime(folder)
                    yield folder
                    return
            with self._locked(key) as lock:
                if not folder.is_dir():
                    self._fill(folder, write)
                lock.share()  # before any folder is evicted: no process may take this one for unused
                self._delete_abandoned()
                self._evict(keep=folder)
                if folder.is_dir():
                    yield folder
                    return

    def make_room(self, size: int) -> None:
        """Delete the least recently used folders until another folder of `size` bytes fits, both within the limit and
        on the disk. Deletes none if the disk would be too full even without all of them."""
        free, found = shutil.disk_usage(self.root).free, self._found()
        if free + sum(bytes_ for _, bytes_, _ in found) >= size:
            self._evict(room=size)

    def _fill(self, folder: Path, write: Callable[[Path], None]) -> None:
        for left in self.root.glob(f".{folder.name}.*{PART}"):  # left by a killed process, whose lock is ours now
            shutil.rmtree(left, ignore_errors=True)
        part = self._part(folder.name)
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

    def _found(self) -> list[tuple[float, int, Path]]:
        """For each folder, when it was last used, its size in bytes and its path; the least recently used first."""
        folders = [path for path in self.root.iterdir() if not path.name.startswith(".")]
        return sorted((*of, path) for path in folders if (of := _time_and_bytes(path)) is not None)

    def _evict(self, keep: Path | None = None, room: int = 0) -> None:
        """Delete the least recently used folders until `room` more bytes fit, both within the limit and on the disk.
        Folders in use stay."""
        found = self._found()
        total = sum(size for _, size, _ in found)
        for _, size, path in found:
            if total + room <= self._max_bytes and shutil.disk_usage(self.root).free >= room:
                return
            if path != keep and self._is_deleted(path):
                total -= size

    def _is_deleted(self, folder: Path) -> bool:
        """Delete a folder, unless somebody uses it. The folder is renamed first: a process that is killed during the
        deletion leaves no incomplete folder under the key."""
        with self._locked(folder.name, wait=False) as is_free:
            if is_free and folder.is_dir():
                part = self._part(folder.name)
                folder.rename(part)
                shutil.rmtree(part, ignore_errors=True)
                self._lock_file(folder.name).unlink(missing_ok=True)
            return bool(is_free)

    def _delete_abandoned(self) -> None:
        """Delete the unfinished folders that killed processes have left, and the lock files of folders that are
        gone."""
        for path in self.root.glob(".*"):
            key = path.name[1:].partition(".")[0]
            if (self.root / key).is_dir() and path.suffix == LOCK:
                continue
            with self._locked(key, wait=False) as is_free:
                if is_free and path.suffix == PART:
                    shutil.rmtree(path, ignore_errors=True)
                if is_free and not (self.root / key).is_dir():
                    self._lock_file(key).unlink(missing_ok=True)

    def _part(self, key: str) -> Path:
        return self.root / f".{key}.{secrets.token_hex(8)}{PART}"

    def _lock_file(self, key: str) -> Path:
        return self.root / f".{key}{LOCK}"

    def _locked(self, key: str, *, shared: bool = False, wait: bool = True) -> AbstractContextManager[FileLock]:
        return locked_file(self._lock_file(key), shared=shared, wait=wait)


def _time_and_bytes(folder: Path) -> tuple[float, int] | None:
    """When the folder was last used, and its size; None if another process has just deleted it."""
    try:
        return folder.stat().st_mtime, sum(file.stat().st_size for file in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return None
