"""The artifact store in an object store, accessed with fsspec."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir

import fsspec
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

from gradus.errors import BadRequest
from hub.artifacts.manifest import MANIFEST, Damaged, Receipt, seal, verify
from hub.disk_full import disk_full
from hub.scratch import scratch_folder, sweep

SCRATCH = "gradus-artifact"
"""Prefix of the temporary folders for files that are being uploaded or downloaded."""


class StoreAway(OSError):
    """The store does not answer, or refuses the request. A later attempt may succeed."""


class ObjectStore:
    """A single object is written atomically, a set of objects is not. So the manifest is written last, and an artifact
    without a manifest does not count."""

    def __init__(self, url: str) -> None:
        try:
            kind = fsspec.get_filesystem_class(url.partition("://")[0])  # its client may not be installed
        except (ImportError, ValueError) as error:
            raise BadRequest(f"GRADUS_ARTIFACTS_URL: this kind of store is not available ({error})") from error
        self._url = url
        self._root = kind._strip_protocol(url).rstrip("/")
        self._connected: AbstractFileSystem | None = None

    def put(self, key: str, fill: Callable[[Path], None]) -> Receipt:
        """Store the files that `fill` writes."""
        with scratch_folder(Path(gettempdir()), SCRATCH) as folder:
            fill(folder)
            receipt = seal(folder)
            with self._connection() as files:
                for path in sorted(folder.iterdir(), key=lambda path: path.name == MANIFEST):
                    files.put_file(str(path), f"{self._root}/{key}/{path.name}")
        return receipt

    @contextmanager
    def open(self, key: str, digest: str) -> Iterator[Path]:
        """A temporary folder with the downloaded and verified files."""
        with scratch_folder(Path(gettempdir()), SCRATCH) as folder:
            self.fetch(key, digest, folder)
            yield folder

    def fetch(self, key: str, digest: str, folder: Path) -> None:
        """Download the artifact's files into a folder, and verify them there."""
        names = self.names(key)
        if not names:
            raise Damaged("the artifact is missing")
        with self._connection() as files, suppress(FileNotFoundError):  # deleted meanwhile: see what is missing
            for name in names:
                files.get_file(f"{self._root}/{key}/{name}", str(folder / name))
        verify(folder, digest)

    def size(self, key: str) -> int:
        """Bytes of the artifact's files."""
        with self._connection() as files, suppress(FileNotFoundError):
            return int(files.du(f"{self._root}/{key}"))
        return 0

    def local(self, key: str) -> Path | None:  # noqa: ARG002
        """None: the files are not on this machine."""
        return None

    def names(self, folder: str) -> list[str]:
        """The names in the folder, sorted."""
        with self._connection() as files, suppress(FileNotFoundError):
            paths = files.ls(f"{self._root}/{folder}", detail=False)
            return sorted({path.rstrip("/").rpartition("/")[2] for path in paths})
        return []

    def delete(self, key: str) -> None:
        """Delete the artifact or the folder."""
        with self._connection() as files, suppress(FileNotFoundError):
            files.rm(f"{self._root}/{key}", recursive=True)

    @contextmanager
    def _connection(self) -> Iterator[AbstractFileSystem]:
        """The store's client. Any exception in the block becomes an `OSError`, and the next call connects again.

        Each client library raises exceptions of its own and of the libraries below it, without a common base class. The
        block must contain only calls of the client, so that no bug of ours is hidden.
        """
        try:
            self._connected = self._connected or self._connect()
            yield self._connected
        except MemoryError:
            raise
        except Exception as error:
            self._connected = None
            if isinstance(error, OSError) and disk_full(error):
                raise
            raise StoreAway(f"the artifact store is unreachable: {type(error).__name__}: {error}") from error

    def _connect(self) -> AbstractFileSystem:
        """A new client, not a cached one: the environment may name another server by now. It caches no listings,
        because other machines write to the store, too."""
        sweep(Path(gettempdir()), SCRATCH)
        files, _ = url_to_fs(self._url, skip_instance_cache=True)
        files.dircache.use_listings_cache = False
        return files
