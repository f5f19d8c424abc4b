"""Artifacts as folders of this machine, for readers that map their files into memory. Each is verified once."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.artifacts.manifest import Damaged, verify
from hub.artifacts.store import ArtifactStore
from hub.folder_cache import FolderCache

MAX_BYTES = 32 * 2**30
"""Limit on the bytes of all copies on a machine; copies in use may exceed it."""
FOLDER = ".copies"
"""Name of the folder with the copies. It is in the last of the folders for data sets."""


class LocalCopies:
    """Gives the folder of an artifact: its own folder in a local store, else a copy that this machine's processes
    share.

    Thread-safe.
    """

    def __init__(self, store: ArtifactStore, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        """`folder` contains the copies."""
        self._store = store
        self._copies = FolderCache(folder, max_bytes)
        self._verified: set[tuple[str, str]] = set()
        self._locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def opened(self, key: str, digest: str) -> Iterator[Path]:
        """The folder with the artifact's files, for reading only. A copy stays while the context is open. `digest` is
        the SHA-256 of its manifest.

        Raises:
            Damaged: the files are not those that were stored.
            OSError: the store is unreachable, or the disk is full.
        """
        local = self._store.local(key)
        if local is None:

            def fetch(folder: Path) -> None:
                self._copies.make_room(self._store.size(key))
                self._store.fetch(key, digest, folder)

            with self._copies.held(digest, fetch) as copy:
                yield copy
        else:
            self._verify_once(local, (key, digest))
            yield local

    def _verify_once(self, folder: Path, known: tuple[str, str]) -> None:
        with self._locks[known]:
            if not folder.is_dir():
                self._verified.discard(known)
                raise Damaged("the artifact's folder is missing")
            if known not in self._verified:
                verify(folder, known[1])
                self._verified.add(known)
