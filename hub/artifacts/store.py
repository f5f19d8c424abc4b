"""Where artifacts are kept: a folder, or whatever fsspec can reach."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from hub.artifacts.folder import FolderStore
from hub.artifacts.manifest import Receipt
from hub.artifacts.objects import ObjectStore


class ArtifactStore(Protocol):
    """Keeps sets of files. A key is `a/b`: the folder of what belongs together, and the artifact in it.

    Every method raises `OSError` when the store is full or away.
    """

    def put(self, key: str, fill: Callable[[Path], None]) -> Receipt:
        """Keep the files that `fill` writes into the folder it is given. Once this returns, they outlive a power cut;
        until then there is nothing under the key that `open` would accept."""
        ...

    def open(self, key: str, digest: str) -> AbstractContextManager[Path]:
        """A local folder with the artifact's files, each held against its SHA-256; they are to be read only.

        Raises:
            Damaged: they are not the files that were put.
        """
        ...

    def names(self, folder: str) -> list[str]:
        """What stands in the folder of a key, whole or not; sorted."""
        ...

    def delete(self, key: str) -> None:
        """Forget an artifact, or a folder of them; harmless when there is none."""
        ...


def artifact_store(url: str) -> ArtifactStore:
    """The store at a folder's path or an fsspec URL, such as `s3://bucket/prefix`.

    Raises:
        BadRequest: there is no such kind of store.
    """
    if url.startswith("file:"):
        return FolderStore(Path(unquote(url.removeprefix("file:").removeprefix("//").removeprefix("localhost"))))
    return ObjectStore(url) if "://" in url else FolderStore(Path(url))
