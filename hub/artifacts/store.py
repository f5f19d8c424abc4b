"""The artifact store: a local folder, or any store that fsspec supports."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from hub.artifacts.folder import FolderStore
from hub.artifacts.manifest import Receipt
from hub.artifacts.objects import ObjectStore


class ArtifactStore(Protocol):
    """Stores sets of files. A key is `folder/name`: artifacts that belong together are in one folder.

    Every method raises `OSError` if the store is full or unreachable.
    """

    def put(self, key: str, fill: Callable[[Path], None]) -> Receipt:
        """Store the files that `fill` writes into the given folder. Once this returns, they survive a power failure;
        until then, `open` does not accept the key."""
        ...

    def open(self, key: str, digest: str) -> AbstractContextManager[Path]:
        """A local folder with the artifact's verified files, for reading only.

        Raises:
            Damaged: the files are not those that were stored.
        """
        ...

    def fetch(self, key: str, digest: str, folder: Path) -> None:
        """Copy the artifact's verified files into a folder of this machine.

        Raises:
            Damaged: the files are not those that were stored.
        """
        ...

    def size(self, key: str) -> int:
        """Bytes of the artifact's files; 0 if it is missing."""
        ...

    def local(self, key: str) -> Path | None:
        """The artifact's own folder, unverified; None if the store is not on this machine."""
        ...

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted, including incomplete artifacts."""
        ...

    def delete(self, key: str) -> None:
        """Delete an artifact or a folder of artifacts. It is not an error if it is missing."""
        ...


def artifact_store(url: str) -> ArtifactStore:
    """The store for a folder's path or an fsspec URL, such as `s3://bucket/prefix`.

    Raises:
        BadRequest: this kind of store is not available.
    """
    if url.startswith("file:"):
        return FolderStore(Path(unquote(url.removeprefix("file:").removeprefix("//").removeprefix("localhost"))))
    return ObjectStore(url) if "://" in url else FolderStore(Path(url))
