"""What can be uploaded: files, open files, folders of pictures, bytes; each as a name, a type and bytes to read."""

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
"""Bytes that are read and sent at a time."""
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
"""By the ending of the file's name; the service looks into all others."""
_ENDINGS = (*MEDIA_TYPES, ".npy", ".npz", ".data", ".idx")


@dataclass(frozen=True)
class Source:
    """A file to upload."""

    name: str
    """Of the file; empty if nobody has named it."""
    size: int
    """In bytes."""
    read: Callable[[int, int], bytes]
    """The bytes at an offset, at most so many. Several threads may call it."""
    media_type: str = UNKNOWN
    parse: Mapping[str, Any] = field(default_factory=dict)
    """How it must be read, as far as its kind decides that."""

    @property
    def title(self) -> str:
        """The name without its endings: what a data set of it is called by default."""
        name = self.name
        while (ending := Path(name).suffix.lower()) in _ENDINGS and len(name) > len(ending):
            name = name[: -len(ending)]
        return name

    def pieces(self, start: int, stop: int, sent: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
        """The bytes from `start` to `stop`; after each piece, `sent` is told how many have gone.

        Raises:
            BadRequest: the file has become shorter.
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
        """All of it, as the body of a request."""
        return FileBody(self.media_type, self.size, lambda: self.pieces(0, self.size, sent))

    def digest(self, start: int, stop: int) -> bytes:
        """SHA-256 of a part."""
        digest = sha256()
        for piece in self.pieces(start, stop):
            digest.update(piece)
        return digest.digest()


def of_bytes(content: bytes, name: str = "", parse: Mapping[str, Any] | None = None) -> Source:
    """Bytes in memory."""
    view = memoryview(content)
    return Source(name, len(view), lambda at, most: bytes(view[at : at + most]), media_type_of(name), parse or {})


def of_path(path: Path) -> Source:
    """A file, or a folder of pictures, which is sent as a ZIP file.

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
    """An open file, from its beginning; one that cannot be rewound, to its end.

    Raises:
        BadRequest: it gives text.
    """
    if isinstance(file.read(0), str):
        raise BadRequest("an open file must give bytes: open it with mode 'rb'")
    name = getattr(file, "name", "")
    name = Path(name).name if isinstance(name, str) else ""
    return _of_seekable(file, name) if file.seekable() else _of_copy(_copied(file), name)


def media_type_of(name: str) -> str:
    """By the ending of a file's name."""
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
    """A file of our own, which is closed when nobody can read it any more."""
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
