"""Artifacts as folders of this machine, for readers that map their files into memory. Each is verified once."""

import shutil
import threading
from pathlib import Path

from hub.artifacts.manifest import Damaged, verify
from hub.artifacts.store import ArtifactStore


class LocalCopies:
    """Gives the folder of an artifact: its own in a local store, else a copy that all processes of this machine share.

    Thread-safe.
    """

    def __init__(self, store: ArtifactStore, folder: Path) -> None:
        """`folder` is for the copies."""
        self._store = store
        self._folder = folder
        self._verified: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def folder(self, key: str, digest: str) -> Path:
        """The folder with the artifact's files, for reading only. `digest` is the SHA-256 of its manifest.

        Raises:
            Damaged: the files are not those that were stored.
            OSError: the store is unreachable, or the disk is full.
        """
        with self._lock:
            local = self._store.local(key)
            if local is None:
                return self._copy(key, digest)
            if not local.is_dir():
                raise Damaged("the artifact's folder is missing")
            if (key, digest) not in self._verified:
                verify(local, digest)
                self._verified.add((key, digest))
            return local

    def _copy(self, key: str, digest: str) -> Path:
        """The copy, made if it is missing: under a temporary name, so that another process never sees half of it."""
        target = self._folder / digest
        if target.is_dir():
            return target
        partial = self._folder / f"{digest}.{threading.get_native_id()}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        try:
            with self._store.open(key, digest) as source:
                shutil.copytree(source, partial)
            if not target.is_dir():
                partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return target
