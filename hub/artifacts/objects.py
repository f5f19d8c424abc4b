"""Artifacts in an object store, through fsspec."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import fsspec

from hub.artifacts.manifest import MANIFEST, Damaged, Receipt, seal, verify


class ObjectStore:
    """An object is whole or not there, a set of them is not: the manifest goes last, and without it nothing counts."""

    def __init__(self, url: str) -> None:
        protocol = url.partition("://")[0]
        # no caches: other machines write too, and the environment may name another server by now
        self._files = fsspec.filesystem(protocol, use_listings_cache=False, skip_instance_cache=True)
        self._root = self._files._strip_protocol(url).rstrip("/")
        self._away = _errors(protocol)

    def put(self, key: str, fill: Callable[[Path], None]) -> Receipt:
        """Keep the files that `fill` writes."""
        with TemporaryDirectory(prefix="gradus-") as temporary, self._translated():
            folder = Path(temporary)
            fill(folder)
            receipt = seal(folder)
            for path in sorted(folder.iterdir(), key=lambda path: path.name == MANIFEST):
                self._files.put_file(str(path), f"{self._root}/{key}/{path.name}")
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
        with self._translated(), suppress(FileNotFoundError):
            paths = self._files.ls(f"{self._root}/{folder}", detail=False)
            return sorted({path.rstrip("/").rpartition("/")[2] for path in paths})
        return []

    def delete(self, key: str) -> None:
        """Forget it."""
        with self._translated(), suppress(FileNotFoundError):
            self._files.rm(f"{self._root}/{key}", recursive=True)

    def _fetch(self, key: str, folder: Path) -> None:
        names = self.names(key)
        if not names:
            raise Damaged("it is missing")
        with self._translated():
            for name in names:
                self._files.get_file(f"{self._root}/{key}/{name}", str(folder / name))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What the store's own client raises becomes an `OSError`."""
        try:
            yield
        except self._away as error:
            raise OSError(f"the artifact store is away: {error}") from error


def _errors(protocol: str) -> tuple[type[Exception], ...]:
    """What the client of a store raises beside `OSError`."""
    if protocol not in {"s3", "s3a"}:
        return ()
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 (installed only where S3 is used)

    return (BotoCoreError,)
