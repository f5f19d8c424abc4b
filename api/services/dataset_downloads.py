"""Data sets as files: those that were sent, and the table as Parquet or NPZ."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from api.services import datasets as service
from api.services.dataset_rows import with_table
from gradus.errors import NotFound
from gradus.wire.dataset import SourceFile
from hub.datasets import records, uploads
from hub.datasets.objects import CONTENT
from hub.hub import Hub
from hub.scratch import scratch_folder

if TYPE_CHECKING:
    from preprocessing.table import Table

_PIECE = 256 << 10
"""Size in bytes of the chunks in which a file is sent."""


def parquet(hub: Hub, workspace_id: str, id_or_name: str, number: int | None) -> tuple[str, Iterator[bytes]]:
    """The name of the data set, and its table as a Parquet file with the names of its columns.

    Raises:
        NotFound: there is no such data set or version.
        Conflict: the data set has not been read.
    """

    def copy(table: "Table", path: Path) -> None:
        from preprocessing.parquet_copy import copy_with_names  # noqa: PLC0415

        copy_with_names(table, path)

    return _copied(hub, workspace_id, id_or_name, number, copy)


def npz(hub: Hub, workspace_id: str, id_or_name: str, number: int | None) -> tuple[str, Iterator[bytes]]:
    """The name of the data set, and its table as a NumPy archive.

    Raises:
        NotFound: there is no such data set or version.
        Conflict: the data set has not been read.
    """

    def copy(table: "Table", path: Path) -> None:
        from preprocessing.npz_copy import write_npz  # noqa: PLC0415

        write_npz(table, path)

    return _copied(hub, workspace_id, id_or_name, number, copy)


def content(
    hub: Hub, workspace_id: str, id_or_name: str, number: int | None, position: int
) -> tuple[SourceFile, Iterator[bytes]]:
    """A file of a version, and its bytes as they were sent. Positions are counted from 1.

    Raises:
        NotFound: there is no such data set, version or file.
    """
    with hub.read() as session:
        row = service.found(session, workspace_id, id_or_name)
        version = service.version(session, row, number or row.newest)
        sources = records.sources(session, version.id)
        if position > len(sources):
            raise NotFound(f"version {version.number} of '{row.name}' has {len(sources)} files, and no file {position}")
        source = sources[position - 1]
        parts = [(part.key, part.digest) for part in uploads.content(session, source.upload)]
    return source, _joined(hub, parts)


def _copied(
    hub: Hub, workspace_id: str, id_or_name: str, number: int | None, copy: Callable[["Table", Path], None]
) -> tuple[str, Iterator[bytes]]:
    """The name of a data set, and the content of the file that `copy` writes from its table."""

    def made(table: "Table") -> IO[bytes]:
        with scratch_folder(hub.settings.incoming, "copy") as folder:
            path = folder / "table"
            copy(table, path)
            return path.open("rb")  # deleted with its folder; the content lives until the file is closed

    file = with_table(hub, workspace_id, id_or_name, number, made)
    return service.get(hub, workspace_id, id_or_name).name, _pieces(file)


def _joined(hub: Hub, parts: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    for key, digest in parts:
        with hub.artifacts.open(key, digest) as folder:
            yield from _pieces((folder / CONTENT).open("rb"))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The chunks of a file, which is closed after the last one."""
    with file:
        while piece := file.read(_PIECE):
            yield piece
