"""A ZIP file that has been checked to be safe to read. Each member is a stream, known by its number."""

import io
import stat
import unicodedata
import zlib
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from gradus.wire.table import LeftOut
from reading.failure import ReadingFailed
from reading.inflate import Budget, Deflate, Inflated
from reading.request import MIB, Limits
from reading.zip_directory import data_offset, read_directory

_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 1 << 0, 1 << 11
_STRONGLY_ENCRYPTED, _MASKED = 1 << 6, 1 << 13
_LOCAL_HEADER = 30
_LONGEST_NAME = 255
_JUNK = {".DS_Store": "macOS", "Thumbs.db": "Windows", "desktop.ini": "Windows"}
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 98: "PPMd", 99: "AES"}


class ZipFile:
    """An opened ZIP file. Its members are known by their position in the directory."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self.path = path
        self.name = name
        self._budget = Budget(limits)
        self._directory = read_directory(path, name, limits.archive_members)
        self._refuse_traps()
        self.skipped: list[LeftOut] = []
        """Files added by operating systems, which nobody means to send."""
        self.names: dict[int, str] = self._take_names()
        """The names of files by their position, without folders and skipped files."""

    def size(self, i: int) -> int:
        """Decompressed bytes of a member, as the directory says."""
        return int(self._directory.members["size"][i])

    def open(self, i: int) -> BinaryIO:
        """A member as a stream, whose checksum and size are checked at its end."""
        member = self._directory.members[i]
        shown = f"{self.names[i]} in {self.name}"
        method = int(member["method"])
        if method not in (_STORED, _DEFLATED):
            how = _METHODS.get(method, f"method {method}")
            raise ReadingFailed(
                "data_error", f"{shown} is compressed by {how}: pack it as an ordinary (Deflate) ZIP.", file=self.name
            )
        file = self.path.open("rb")
        try:
            packed = _Section(file, data_offset(file, self._directory, i), int(member["packed"]))
        except ReadingFailed:
            file.close()
            raise
        stream: io.RawIOBase = packed
        if method == _DEFLATED:
            stream = Inflated(io.BufferedReader(packed), shown, lambda: Deflate(-15), self._budget, members=1)
        checked = _Checked(stream, shown, int(member["size"]), int(member["crc"]))
        return io.BufferedReader(checked, min(MIB, max(4096, int(member["size"]))))

    def _refuse_traps(self) -> None:
        members = self._directory.members
        if np.any(members["flags"] & (_ENCRYPTED | _STRONGLY_ENCRYPTED | _MASKED)):
            raise self._refused("is protected by a password: pack it without one")
        if not len(members):
            raise ReadingFailed("no_rows", f"{self.name} is an empty ZIP file.", file=self.name)
        links = members["mode"] & 0o170000 == stat.S_IFLNK
        if np.any(links):
            raise self._refused("has a link, which is not followed", int(np.flatnonzero(links)[0]))
        order = np.argsort(members["offset"], kind="stable")
        # A local header has at least 30 bytes and the name; what is between it and the next one must hold the data.
        header = _LOCAL_HEADER + members["name_end"] - members["name_start"]
        ends = (members["offset"] + header + members["packed"])[order]
        starts = np.append(members["offset"][order][1:], np.uint64(self._directory.start))
        overlaps = np.flatnonzero(ends > starts)
        if len(overlaps):
            raise self._refused("has members that overlap, as a decompression bomb has", int(order[overlaps[0]]))

    def _take_names(self) -> dict[int, str]:
        names: dict[int, str] = {}
        junk: Counter[str] = Counter()
        for i in range(len(self._directory)):
            name = self._decoded(i)
            self._refuse_name(name, i)
            last = name.rsplit("/", 1)[-1]
            if name.startswith("__MACOSX/") or "/__MACOSX/" in name or last.startswith("._"):
                junk["macOS"] += bool(last)
            elif last in _JUNK:
                junk[_JUNK[last]] += 1
            elif last:
                names[i] = name
        self.skipped = [
            LeftOut(file=self.name, reason=f"{count:,} files that {system} adds") for system, count in junk.items()
        ]
        return names

    def _decoded(self, i: int) -> str:
        raw = self._directory.raw_name(i)
        try:
            name = raw.decode()  # some tools write UTF-8 without the flag
        except UnicodeDecodeError:
            if int(self._directory.members["flags"][i]) & _UTF8:
                raise self._refused("has a name that is not UTF-8", i) from None
            name = raw.decode("cp437")
        return unicodedata.normalize("NFC", name)

    def _refuse_name(self, name: str, i: int) -> None:
        parts = name.replace("\\", "/").split("/")
        if ".." in parts:
            raise self._refused("has a name that leads out of its folder (..)", i)
        if name.startswith(("/", "\\")) or name[1:2] == ":":
            raise self._refused("has an absolute name", i)
        if any(unicodedata.category(letter) == "Cc" for letter in name):
            raise self._refused("has a name with control characters", i)
        if len(self._directory.raw_name(i)) > _LONGEST_NAME:
            raise self._refused(f"has a name of more than {_LONGEST_NAME} bytes", i)
        if not name:
            raise self._refused("has a member without a name", i)

    def _refused(self, why: str, i: int | None = None) -> ReadingFailed:
        shown = "" if i is None else f": {self._directory.raw_name(i).decode(errors='replace')[:80]!r}"
        return ReadingFailed("data_error", f"{self.name} {why}{shown}.", file=self.name)


class _Section(io.RawIOBase):
    """A range of bytes of a file. Closing it closes the file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._left = size
        file.seek(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        read = self._file.readinto(view[: min(len(view), self._left)])  # type: ignore[attr-defined]
        self._left -= read
        return int(read)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Checked(io.RawIOBase):
    """A stream that must have the size and the checksum that the directory says."""

    def __init__(self, stream: io.RawIOBase, name: str, size: int, crc: int) -> None:
        self._stream = stream
        self._name = name
        self._size = size
        self._crc = crc
        self._done = 0
        self._sum = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._stream.readinto(buffer) or 0
        self._sum = zlib.crc32(memoryview(buffer).cast("B")[:read], self._sum)
        self._done += read
        if self._done > self._size or (not read and (self._done, self._sum) != (self._size, self._crc)):
            raise ReadingFailed(
                "data_error", f"{self._name} is damaged: its checksum or size differs.", file=self._name
            )
        return read

    def tell(self) -> int:
        return self._done

    def close(self) -> None:
        self._stream.close()
        super().close()
