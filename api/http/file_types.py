"""Media types of data files, and files that are obviously something else than they are said to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gradus.errors import UnsupportedMedia

MARKED = 512
"""Bytes of a file's beginning in which its marks are looked for."""
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
_CURL_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class FileType:
    """What a media type says of a file."""

    suffix: str
    parse: Mapping[str, Any] = field(default_factory=dict)
    """The options of `parse` that it implies; the others are guessed."""
    text: bool = False


_UNKNOWN = FileType("")
_TYPES: Mapping[str, FileType] = {
    "": _UNKNOWN,
    "application/octet-stream": _UNKNOWN,
    "text/csv": FileType(".csv", {"kind": "csv"}, text=True),
    "text/tab-separated-values": FileType(".tsv", {"kind": "csv", "delimiter": "\t"}, text=True),
    "text/plain": FileType(".txt", text=True),
    "application/x-ndjson": FileType(".jsonl", {"kind": "jsonl"}, text=True),
    "application/jsonl": FileType(".jsonl", {"kind": "jsonl"}, text=True),
    "application/vnd.apache.parquet": FileType(".parquet", {"kind": "parquet"}),
    "application/zip": FileType(".zip"),
    "application/x-zip-compressed": FileType(".zip"),
    "application/gzip": FileType(".gz"),
    "application/x-gzip": FileType(".gz"),
    "application/zstd": FileType(".zst"),
    _SPREADSHEET: FileType(".xlsx", {"kind": "excel"}),
    _OPEN_DOCUMENT: FileType(".ods", {"kind": "excel"}),
}
_NOT_TABLES = ((b"<!doctype html", "an HTML page"), (b"<html", "an HTML page"))
_NOT_TEXT = (
    (b"PK\x03\x04", "a ZIP file"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\x93NUMPY", "an NPY file"),
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a PNG picture"),
)
_POINTER = b"version https://git-lfs.github.com/"


def file_type(content_type: str) -> FileType:
    """What the value of a Content-Type header says of a file; without one, the file itself decides.

    Raises:
        UnsupportedMedia: files of this type are not read.
    """
    name = content_type.partition(";")[0].strip().lower()
    found = _TYPES.get(name)
    if found is None:
        how = "with curl, use -T or -H 'Content-Type: text/csv'; " if name == _CURL_FORM else ""
        known = ", ".join(sorted(filter(None, _TYPES)))
        raise UnsupportedMedia(f"a file of type '{name[:100]}' is not read: {how}known types are {known}")
    return found


def check_beginning(beginning: bytes, declared: FileType) -> None:
    """Check that a file is not obviously something else than a table or a file of its declared type.

    Raises:
        UnsupportedMedia: it is.
    """
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    what = _marked(text.lower(), _NOT_TABLES)
    if text.startswith(_POINTER):
        raise _not_a_table("is a pointer of Git LFS, not the file itself: fetch it with 'git lfs pull'")
    if what is None and declared.text:
        what = _marked(beginning, _NOT_TEXT)
    if what is not None:
        raise _not_a_table(f"begins like {what}")


def _marked(beginning: bytes, marks: tuple[tuple[bytes, str], ...]) -> str | None:
    return next((what for mark, what in marks if beginning.startswith(mark)), None)


def _not_a_table(why: str) -> UnsupportedMedia:
    return UnsupportedMedia(f"the file {why}", code="not_a_table")
