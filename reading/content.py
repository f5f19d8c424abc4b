"""The files of a reading, without their gzip or zstd compression, and the format of each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reading.failure import ReadingFailed
from reading.inflate import Budget, gzip_stream, zstd_stream
from reading.job import Job
from reading.request import MIB
from reading.signatures import HEAD, Signature, signature
from reading.source import SourceFile

_WRAPPERS = {"gzip": (gzip_stream, (".gz", ".gzip")), "zstd": (zstd_stream, (".zst", ".zstd"))}


@dataclass(frozen=True)
class Content:
    """A file, decompressed."""

    source: SourceFile
    """The file as it was sent."""
    name: str
    """The file name without the extension of the compression."""
    signature: Signature
    open: Callable[[], BinaryIO]
    """Opens it at its beginning."""
    packed: bool
    """Whether it has to be decompressed."""

    @property
    def ending(self) -> str:
        """The extension of its name in lower case, without the dot."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""

    def on_disk(self, folder: Path) -> Path:
        """The path of the file itself, or of a decompressed copy in this folder."""
        if not self.packed:
            return self.source.path
        path = folder / f"unpacked{len(list(folder.glob('unpacked*')))}"
        with self.open() as stream, path.open("wb") as file:
            while chunk := stream.read(MIB):
                file.write(chunk)
        return path


def content(job: Job, source: SourceFile) -> Content:
    """Detect the format of a file, and whether it is compressed.

    Raises:
        ReadingFailed: it is empty, or compressed more than once.
    """

    def plain() -> BinaryIO:
        return source.path.open("rb")

    with plain() as stream:
        found = signature(stream.read(HEAD))
    name, opened = source.name, plain
    if wrapper := _WRAPPERS.get(found.kind):
        unpack, endings = wrapper
        name = next((name[: -len(ending)] for ending in endings if name.lower().endswith(ending)), name)

        def unpacked() -> BinaryIO:
            return unpack(plain(), source.name, Budget(job.limits))  # each time it is read anew

        opened = unpacked
        with opened() as stream:
            found = signature(stream.read(HEAD))
        if found.kind in _WRAPPERS:
            raise ReadingFailed(
                "not_a_table", f"{source.name} is compressed twice: send {found.name} itself.", file=source.name
            )
    if found.kind == "empty":
        raise ReadingFailed("no_rows", f"{source.name} is empty.", file=source.name)
    return Content(source, name, found, opened, opened is not plain)
