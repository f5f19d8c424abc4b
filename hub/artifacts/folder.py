"""Artifacts in a folder of this machine."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.artifacts.manifest import Damaged, Receipt, seal, verify
from hub.fsync import sync

PARTIAL = ".partial"


class FolderStore:
    """Each artifact is written beside its place, brought to the disk, then moved there: a rename is all or nothing."""

    def __init__(self, root: Path) -> None:
        self._root = root.expanduser().absolute()

    def put(self, key: str, fill: Callable[[Path], None]) -> Receipt:
        """Keep the files that `fill` writes."""
        place = self._root / key
        self._make(place.parent)
        partial = place.with_name(place.name + PARTIAL)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            fill(partial)
            receipt = seal(partial)
            for file in partial.iterdir():
                sync(file)
            sync(partial)
            partial.rename(place)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync(place.parent)
        return receipt

    @contextmanager
    def open(self, key: str, digest: str) -> Iterator[Path]:
        """The folder itself, when every file in it is as it was put."""
        place = self._root / key
        if not place.is_dir():
            raise Damaged("its folder is missing")
        verify(place, digest)
        yield place

    def names(self, folder: str) -> list[str]:
        """What stands in the folder."""
        place = self._root / folder
        return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def delete(self, key: str) -> None:
        """Forget it."""
        place = self._root / key
        if place.is_dir():
            shutil.rmtree(place)

    def _make(self, folder: Path) -> None:
        """A folder that outlives a power cut: its name is written in its parent."""
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)
