"""Artifacts in an object store, through fsspec."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import fsspec
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

from gradus.errors import BadRequest
from hub.artifacts.manifest import MANIFEST, Damaged, Receipt, seal, verify


class ObjectStore:
    """An object is whole or not there, a set of them is not: the manifest goes last, and without it nothing counts."""

    def __init__(self, url: str) -> None:
        try:
            kind = fsspec.get_filesystem_class(url.partition("://")[0])  # whose client may not be installed
        except (ImportError, ValueError) as error:
            raise BadRequest(f"GRADUS_ARTIFACTS_URL: there is no such store here ({error})") from error
        self._url = url
        self._root = kind._strip_protocol(url).rstrip("/")
        self._connected: AbstractFileSystem | None = None

    def put(self, key: str, fill: Callable[[Path], None]) -> Receipt:
        """Keep the files that `fill` writes."""
        with TemporaryDirectory(prefix="gradus-") as temporary:
            folder = Path(temporary)
            fill(folder)
            receipt = seal(folder)
            with self._reached() as files:
                for path in sorted(folder.iterdir(), key=lambda path: path.name == MANIFEST):
                    files.put_file(str(path), f"{self._root}/{key}/{path.name}")
        return receipt

    @contextmanager
    def open(self, key: str, digest: str) -> Iterator[Path]:
        """A temporary folder with what was fetched."""
        with TemporaryDirectory(prefix="gradus-") as temporary:
            folder = Path(temporary)
            self._fetch(key, folder)
            verify(folder, digest)
            yield folder

    def names(self, folder: str) -> list[str]:
        """What stands in the folder."""
        with self._reached() as files, suppress(FileNotFoundError):
            paths = files.ls(f"{self._root}/{folder}", detail=False)
            return sorted({path.rstrip("/").rpartition("/")[2] for path in paths})
        return []

    def delete(self, key: str) -> None:
        """Forget it."""
        with self._reached() as files, suppress(FileNotFoundError):
            files.rm(f"{self._root}/{key}", recursive=True)

    def _fetch(self, key: str, folder: Path) -> None:
        names = self.names(key)
        if not names:
            raise Damaged("it is missing")
        with self._reached() as files:
            for name in names:
                files.get_file(f"{self._root}/{key}/{name}", str(folder / name))

    @contextmanager
    def _reached(self) -> Iterator[AbstractFileSystem]:
        """The store's client. Whatever it raises becomes an `OSError`, and the next who asks connects anew.

        Each client has errors of its own, and those of the libraries below it; some have no common root, some are
        installed with it alone. What the block does is the store's business and nothing else, and so no fault of ours
        hides among them.
        """
        try:
            self._connected = self._connected or self._connect()
            yield self._connected
        except MemoryError:
            raise
        except Exception as error:
            self._connected = None
            if isinstance(error, OSError):
                raise
            raise OSError(f"the artifact store is away: {type(error).__name__}: {error}") from error

    def _connect(self) -> AbstractFileSystem:
        """A client of its own: the environment may name another server by now. It remembers no listing: other machines
        write too."""
        files, _ = url_to_fs(self._url, skip_instance_cache=True)
        files.dircache.use_listings_cache = False
        return files
