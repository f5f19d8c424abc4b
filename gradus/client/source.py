"""Sources of uploads: files, open files, folders of pictures, bytes; each with a name, a type and bytes to read."""

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import IO, Any
from weakref import finalize

from gradus.client.request import FileBody
from gradus.errors import BadRequest

PIECE = 1 << 18
"""Bytes that are read and sent at once."""
UNKNOWN = "application/octet-stream"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".zst": "application/zstd",
    ".xlsx": _SHEET,
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""Media types by file extension; the service inspects the content of all other files."""
_ENDINGS = (*MEDIA_TYPES, ".npy", ".npz", ".data", ".idx")


@dataclass(frozen=True)
class Source:
    """A file to upload."""

    name: str
    """Name of the file; empty if it has none."""
    size: int
    """Size in bytes."""
    read: Callable[[int, int], bytes]
    """Returns the bytes at an offset, at most the given number. Thread-safe."""
    media_type: str = UNKNOWN
    parse: Mapping[str, Any] = field(default_factory=dict)
    """The `parse` options that follow from the kind of the source."""

    @property
    def title(self) -> str:
        """The file name without its extensions, which is the default name of a data set made from it."""
        name = self.name
        while (ending := Path(name).suffix.lower()) in _ENDINGS and len(name) > len(ending):
            name = name[: -len(ending)]
        return name

    def pieces(self, start: int, stop: int, sent: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
        """The bytes from `start` to `stop`; after each piece, `sent` is called with the number of bytes so far.

        Raises:
            BadRequest: the file has been truncated.
        """
        at = start
        while at < stop:
            piece = self.read(at, min(PIECE, stop - at))
            if not piece:
                raise BadRequest(f"{self.name or 'the file'} has changed while it was sent: send it again")
            yield piece
            at += len(piece)
            sent(at - start)

    def body(self, sent: Callable[[int], None]) -> FileBody:
        """The whole file, as the body of a request."""
        return FileBody(self.media_type, self.size, lambda: self.pieces(0, self.size, sent))

    def digest(self, start: int, stop: int) -> bytes:
        """SHA-256 of a part."""
        digest = sha256()
        for piece in self.pieces(start, stop):
            digest.update(piece)
        return digest.digest()


def of_bytes(content: bytes, name: str = "", parse: Mapping[str, Any] | None = None) -> Source:
    """A source of bytes in memory."""
    view = memoryview(content)
    return Source(name, len(view), lambda at, most: bytes(view[at : at + most]), media_type_of(name), parse or {})


def of_path(path: Path) -> Source:
    """A file, or a folder of pictures, which is uploaded as a ZIP file.

    Raises:
        BadRequest: it cannot be read.
    """
    try:
        if path.is_dir():
            return _of_folder(path)
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror}", code="no_file") from error
    return Source(path.name, size, lambda at, most: _at(path, at, most), media_type_of(path.name))


def of_file(file: IO[bytes]) -> Source:
    """An open file, from its beginning; if it cannot be rewound, from its current position.

    Raises:
        BadRequest: it is opened in text mode.
    """
    if isinstance(file.read(0), str):
        raise BadRequest("an open file must give bytes: open it with mode 'rb'")
    name = getattr(file, "name", "")
    name = Path(name).name if isinstance(name, str) else ""
    return _of_seekable(file, name) if file.seekable() else _of_copy(_copied(file), name)


def media_type_of(name: str) -> str:
    """The media type for a file's extension."""
    return MEDIA_TYPES.get(Path(name).suffix.lower(), UNKNOWN)


def _at(path: Path, at: int, most: int) -> bytes:
    with path.open("rb") as file:
        file.seek(at)
        return file.read(most)


def _of_seekable(file: IO[bytes], name: str) -> Source:
    size, lock = file.seek(0, os.SEEK_END), Lock()

    def read(at: int, most: int) -> bytes:
        with lock:
            file.seek(at)
            return file.read(most)

    return Source(name, size, read, media_type_of(name))


def _of_copy(file: IO[bytes], name: str) -> Source:
    """A private copy of a file, which is closed when the source is garbage-collected."""
    source = _of_seekable(file, name)
    finalize(source.read, file.close)
    return source


def _copied(file: IO[bytes]) -> IO[bytes]:
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the source)
    while piece := file.read(PIECE):
        copy.write(piece)
    return copy


def _of_folder(folder: Path) -> Source:
    """A folder as a ZIP file, uncompressed: pictures are compressed already."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (as above)
    with zipfile.ZipFile(copy, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                archive.write(path, path.relative_to(folder))
    return _of_copy(copy, f"{folder.resolve().name}.zip")
