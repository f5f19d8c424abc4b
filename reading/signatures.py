"""What a file is, by its first bytes."""

import re
from typing import NamedTuple

HEAD = 4096
"""Number of bytes at the beginning of a file that are looked at."""


class Signature(NamedTuple):
    """The beginning of a kind of file."""

    kind: str
    """A short name for use in code."""
    name: str
    """A name for people, with its article: `a ZIP file`."""


_BYTES: tuple[tuple[bytes, int, Signature], ...] = tuple(
    (magic, offset, Signature(kind, name))
    for magic, offset, kind, name in (
        (b"PK\x03\x04", 0, "zip", "a ZIP file"),
        (b"PK\x05\x06", 0, "zip", "an empty ZIP file"),
        (b"PK\x07\x08", 0, "zip", "a ZIP file in several volumes"),
        (b"PAR1", 0, "parquet", "a Parquet file"),
        (b"PARE", 0, "encrypted", "an encrypted Parquet file"),
        (b"\x93NUMPY", 0, "npy", "a NumPy array"),
        (b"\x1f\x8b", 0, "gzip", "a gzip file"),
        (b"\x28\xb5\x2f\xfd", 0, "zstd", "a zstd file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "ole", "an old Office file"),
        (b"\x89PNG\r\n\x1a\n", 0, "picture", "a PNG picture"),
        (b"\xff\xd8\xff", 0, "picture", "a JPEG picture"),
        (b"GIF87a", 0, "picture", "a GIF picture"),
        (b"GIF89a", 0, "picture", "a GIF picture"),
        (b"WEBP", 8, "picture", "a WebP picture"),
        (b"II*\x00", 0, "picture", "a TIFF picture"),
        (b"MM\x00*", 0, "picture", "a TIFF picture"),
        (b"%PDF", 0, "other", "a PDF document"),
        (b"%!PS", 0, "other", "a PostScript document"),
        (b"\xc5\xd0\xd3\xc6", 0, "other", "an EPS picture"),
        (b"version https://git-lfs.github.com/", 0, "other", "a Git LFS pointer, which stands for the file itself"),
        (b"BZh", 0, "other", "a bzip2 file"),
        (b"\xfd7zXZ\x00", 0, "other", "an xz file"),
        (b"7z\xbc\xaf\x27\x1c", 0, "other", "a 7z archive"),
        (b"Rar!\x1a\x07", 0, "other", "a RAR archive"),
        (b"\x04\x22\x4d\x18", 0, "other", "an LZ4 file"),
        (b"ustar", 257, "other", "a tar archive"),
        (b"\x89HDF\r\n\x1a\n", 0, "other", "an HDF5 file"),
        (b"MATLAB 5.0 MAT-file", 0, "other", "a MATLAB file"),
        (b"ARROW1", 0, "other", "an Arrow file"),
        (b"FEA1", 0, "other", "a Feather file"),
        (b"ORC\x0a", 0, "other", "an ORC file"),
        (b"Obj\x01", 0, "other", "an Avro file"),
        (b"SQLite format 3\x00", 0, "other", "an SQLite database"),
        (b"\x7fELF", 0, "other", "a program"),
        (b"RIFF", 0, "other", "a sound or a video"),
        (b"ID3\x03", 0, "other", "a sound"),
        (b"ftyp", 4, "other", "a video"),
        (b"\x80\x02", 0, "other", "a pickle, which runs code when it is loaded"),
        (b"\x80\x03", 0, "other", "a pickle, which runs code when it is loaded"),
        (b"\x80\x04\x95", 0, "other", "a pickle, which runs code when it is loaded"),
        (b"\x80\x05\x95", 0, "other", "a pickle, which runs code when it is loaded"),
    )
)
_MARKUP: tuple[tuple[re.Pattern[bytes], Signature], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Signature("other", name))
    for pattern, name in (
        (rb"<!doctype html|<html|<head|<body|<script", "an HTML page"),
        (rb"<svg|<!doctype svg", "an SVG picture"),
        (rb"<\?xml|<!doctype", "an XML document"),
        (rb"\{\\rtf", "a Rich Text document"),
    )
)
_IDX_TYPES = b"\x08\x09\x0b\x0c\x0d\x0e"
TEXT = Signature("text", "text")
NOTHING = Signature("empty", "nothing at all")
UNKNOWN = Signature("other", "a file of an unknown type")


def signature(head: bytes) -> Signature:
    """The type of a file, given its first bytes. `HEAD` bytes are enough."""
    if not head:
        return NOTHING
    for magic, offset, found in _BYTES:
        if head.startswith(magic, offset):
            return found
    if len(head) >= 4 and head[:2] == b"\x00\x00" and head[2] in _IDX_TYPES and 1 <= head[3] <= 8:
        return Signature("idx", "an IDX file")
    if head.startswith(b"BM") and head[6:10] == bytes(4) and len(head) >= 26:
        return Signature("picture", "a BMP picture")
    return _text(head)


def _text(head: bytes) -> Signature:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and _looks_binary(head):
        return UNKNOWN
    # Markup may be in UTF-16, too.
    start = head.replace(b"\x00", b"")[2:] if wide else head.removeprefix(b"\xef\xbb\xbf")
    start = re.sub(rb"\A(\s|<!--.*?-->)+", b"", start, flags=re.DOTALL)
    return next((found for pattern, found in _MARKUP if pattern.match(start)), TEXT)


def _looks_binary(head: bytes) -> bool:
    """Whether more than one byte in a hundred is a control character that no text has. Text without a byte order mark
    in UTF-16, whose every second byte may be null, is text in a wrong encoding."""
    nulls = max(head[0::2].count(0), head[1::2].count(0))
    if nulls > 0.3 * len(head) / 2 and min(head[0::2].count(0), head[1::2].count(0)) <= 0.02 * len(head):
        return False
    control = sum(head.count(byte) for byte in (*range(7), *range(14, 27), 28, 29, 30, 31))
    return control * 100 > len(head)
