"""The directory of a ZIP file, read into compact arrays: a million members take some 100 MB.

(`zipfile` makes an object of 700 bytes for each, cuts names at a null byte and does not look for overlaps.) The layout
is that of PKWARE's APPNOTE 6.3.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from reading.failure import ReadingFailed

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LARGEST_COMMENT = 65_535
_IN_EXTRA = 0xFFFFFFFF
_MADE_BY_UNIX = 3

MEMBER = np.dtype(
    [
        ("offset", "<u8"),  # of its local header
        ("packed", "<u8"),
        ("size", "<u8"),
        ("crc", "<u4"),
        ("method", "<u2"),
        ("flags", "<u2"),
        ("mode", "<u2"),  # Unix file mode; 0 if unknown
        ("name_start", "<u8"),
        ("name_end", "<u8"),
    ]
)


@dataclass(frozen=True, eq=False)
class Directory:
    """All members of a ZIP file."""

    members: NDArray[np.void]
    """(n,) of `MEMBER`, in the directory's order."""
    names: bytes
    """The members' names, one after the other, as the file has them."""
    start: int
    """Offset of the directory, before which all members lie."""

    def __len__(self) -> int:
        return len(self.members)

    def raw_name(self, i: int) -> bytes:
        """The name of a member, undecoded."""
        return self.names[int(self.members["name_start"][i]) : int(self.members["name_end"][i])]


def read_directory(path: Path, name: str, most: int) -> Directory:
    """Read the directory of a ZIP file of at most this many members.

    Raises:
        ReadingFailed: it is damaged, has more members or is one of several volumes.
    """
    with path.open("rb") as file:
        try:
            count, size, start = _end(file, name)
            if count > most:
                raise ReadingFailed("too_large", f"{name} has {count:,} members: {most:,} are allowed.", file=name)
            file.seek(start)
            return _entries(file.read(size), count, start)
        except (struct.error, _Damaged):
            raise ReadingFailed(
                "data_error", f"{name} is a damaged or truncated ZIP file: send it again, or pack it again.", file=name
            ) from None


class _Damaged(Exception):
    """The directory contradicts itself."""


def _end(file: BinaryIO, name: str) -> tuple[int, int, int]:
    """The number of members, and the directory's size and offset."""
    length = file.seek(0, 2)
    tail_start = max(0, length - _END.size - _LARGEST_COMMENT)
    file.seek(tail_start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise _Damaged
    _, disk, first_disk, here, count, size, start, _ = _END.unpack_from(tail, at)
    end = tail_start + at
    if 0xFFFF in (disk, count) or _IN_EXTRA in (size, start):
        locator = end - _LOCATOR.size
        if locator >= 0:
            file.seek(locator)
            magic, _, end64, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
            if magic == b"PK\x06\x07":
                file.seek(end64)
                magic, _, _, _, disk, first_disk, here, count, size, start = _END64.unpack(file.read(_END64.size))
                end = end64
                if magic != b"PK\x06\x06":
                    raise _Damaged
    if disk or first_disk or here != count:
        raise ReadingFailed("data_error", f"{name} is one of several volumes: pack it into one file.", file=name)
    # Bytes before the first member (a self-extracting program) would shift all offsets: such files are refused.
    if start + size > end or count * _ENTRY.size > size:
        raise _Damaged
    return count, size, start


def _entries(directory: bytes, count: int, start: int) -> Directory:
    members = np.zeros(count, MEMBER)
    names: list[bytes] = []
    at = named = 0
    for i in range(count):
        magic, made_by, _, flags, method, _, _, crc, packed, size, name, extra, comment, disk, _, attributes, offset = (
            _ENTRY.unpack_from(directory, at)
        )
        at += _ENTRY.size
        if magic != b"PK\x01\x02" or disk not in (0, 0xFFFF) or at + name + extra > len(directory):
            raise _Damaged
        names.append(directory[at : at + name])
        if _IN_EXTRA in (size, packed, offset):
            size, packed, offset = _large(directory[at + name : at + name + extra], size, packed, offset)
        mode = attributes >> 16 if made_by >> 8 == _MADE_BY_UNIX else 0
        members[i] = (offset, packed, size, crc, method, flags, mode, named, named + name)
        named += name
        at += name + extra + comment
    return Directory(members, b"".join(names), start)


def _large(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The sizes and the offset; those that do not fit into 32 bits are in the extra field of kind 1."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field, taken = extra[at + 4 : at + 4 + length], 0
            found = []
            for value in (size, packed, offset):
                if value == _IN_EXTRA:
                    (value,) = struct.unpack_from("<Q", field, taken)  # noqa: PLW2901
                    taken += 8
                found.append(value)
            return found[0], found[1], found[2]
        at += 4 + length
    raise _Damaged


def data_offset(file: BinaryIO, directory: Directory, i: int) -> int:
    """The position of the first byte of a member, after its local header, which must have the same name as the
    directory.

    Raises:
        ReadingFailed: the names differ.
    """
    file.seek(int(directory.members["offset"][i]))
    header = file.read(_LOCAL.size)
    if len(header) == _LOCAL.size:
        magic, *_, name, extra = _LOCAL.unpack(header)
        if magic == b"PK\x03\x04" and file.read(name) == directory.raw_name(i):
            return int(directory.members["offset"][i]) + int(_LOCAL.size + name + extra)
    shown = directory.raw_name(i).decode(errors="replace")[:80]
    raise ReadingFailed("data_error", f"The ZIP file is damaged at its member {shown}: pack it again.")
