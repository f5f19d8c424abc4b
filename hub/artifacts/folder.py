"""The artifact store in a local folder."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.artifacts.manifest import Damaged, Receipt, seal, verify
from hub.fsync import sync

PARTIAL = ".partial"


class FolderStore:
    """Writes each artifact to a temporary folder, flushes it to disk, then renames it: a rename is atomic."""

    def __init__(self, root: Path) -> None:
        self._root = root.expanduser().absolute()

    def put(self, key: str, fill: Callable[[Path], None]) -> Receipt:
        """Store the files that `fill` writes."""
        target = self._root / key
        self._make(target.parent)
        partial = target.with_name(target.name + PARTIAL)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            fill(partial)
            receipt = seal(partial)
            for file in partial.iterdir():
                sync(file)
            sync(partial)
            partial.rename(target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync(target.parent)
        return receipt

    @contextmanager
    def open(self, key: str, digest: str) -> Iterator[Path]:
        """The artifact's own folder, after all its files are verified."""
        target = self._root / key
        if not target.is_dir():
            raise Damaged("the artifact's folder is missing")
        verify(target, digest)
        yield target

    def fetch(self, key: str, digest: str, folder: Path) -> None:
        """Copy the artifact's verified files into a folder."""
        with self.open(key, digest) as own:
            shutil.copytree(own, folder, dirs_exist_ok=True)

    def size(self, key: str) -> int:
        """Bytes of the artifact's files."""
        target = self._root / key
        return sum(file.stat().st_size for file in target.iterdir()) if target.is_dir() else 0

    def local(self, key: str) -> Path | None:
        """The artifact's own folder, unverified."""
        return self._root / key

    def names(self, folder: str) -> list[str]:
        """The names in the folder, sorted."""
        target = self._root / folder
        return sorted(path.name for path in target.iterdir()) if target.is_dir() else []

    def delete(self, key: str) -> None:
        """Delete the artifact or the folder, and the temporary folder that a process may have left when it died."""
        target = self._root / key
        for folder in (target, target.with_name(target.name + PARTIAL)):
            if folder.is_dir():
                shutil.rmtree(folder)

    def _make(self, folder: Path) -> None:
        """Create a folder that survives a power failure: its parent must be flushed, too."""
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)
