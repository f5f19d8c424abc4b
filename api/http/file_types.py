"""Media types of data files, and a check for files that obviously are not of their declared type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gradus.errors import InvalidSpec, UnsupportedMedia
from reading.signatures import Signature, signature

_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
_CURL_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class FileType:
    """What a media type says about a file."""

    suffix: str
    parse: Mapping[str, Any] = field(default_factory=dict)
    """The options of `parse` that the media type implies; the others are guessed."""
    begins: frozenset[str] = frozenset({"text", "zip", "parquet", "npy", "idx", "ole"})
    """The kinds of signatures that such a file may have, compression aside."""


_TEXT, _ZIP, _SHEET = frozenset({"text"}), frozenset({"zip"}), frozenset({"zip", "ole"})
_COMPRESSED = frozenset({"gzip", "zstd"})
_UNKNOWN = FileType("")
_TYPES: Mapping[str, FileType] = {
    "": _UNKNOWN,
    "application/octet-stream": _UNKNOWN,
    "text/csv": FileType(".csv", {"kind": "csv"}, _TEXT),
    "text/tab-separated-values": FileType(".tsv", {"kind": "csv", "delimiter": "\t"}, _TEXT),
    "text/plain": FileType(".txt", {}, _TEXT),
    "application/x-ndjson": FileType(".jsonl", {"kind": "jsonl"}, _TEXT),
    "application/jsonl": FileType(".jsonl", {"kind": "jsonl"}, _TEXT),
    "application/vnd.apache.parquet": FileType(".parquet", {"kind": "parquet"}, frozenset({"parquet"})),
    "application/zip": FileType(".zip", {}, _ZIP),
    "application/x-zip-compressed": FileType(".zip", {}, _ZIP),
    "application/gzip": FileType(".gz"),
    "application/x-gzip": FileType(".gz"),
    "application/zstd": FileType(".zst"),
    _SPREADSHEET: FileType(".xlsx", {"kind": "excel"}, _SHEET),
    _OPEN_DOCUMENT: FileType(".ods", {"kind": "excel"}, _SHEET),
}
_POINTER = b"version https://git-lfs.github.com/"


def file_type(content_type: str) -> FileType:
    """What a Content-Type header says about a file; without the header, the content decides.

    Raises:
        UnsupportedMedia: files of this type are not read.
    """
    name = content_type.partition(";")[0].strip().lower()
    found = _TYPES.get(name)
    if found is None:
        how = "with curl, use -T or -H 'Content-Type: text/csv'; " if name == _CURL_FORM else ""
        known = ", ".join(sorted(filter(None, _TYPES)))
        raise UnsupportedMedia(f"files of the type '{name[:100]}' cannot be read: {how}known types are {known}")
    return found


def is_known(media_type: str) -> bool:
    """Whether this is the media type of a data file."""
    return bool(media_type) and media_type in _TYPES


def check_beginning(beginning: bytes, declared: FileType) -> None:
    """Refuse a file that is obviously not a table, or not of its declared type. The reader would refuse it too, but
    only after the data set has been created, which would then have failed.

    Raises:
        UnsupportedMedia: the file is not a table, or not of its declared type.
        InvalidSpec: the file is empty.
    """
    found = signature(beginning)
    if found.kind == "empty":
        raise InvalidSpec("the file is empty", code="no_rows")
    if found.kind not in declared.begins | _COMPRESSED:
        raise UnsupportedMedia(f"the file {_why(beginning, found, declared)}", code="not_a_table")


def _why(beginning: bytes, found: Signature, declared: FileType) -> str:
    if beginning.startswith(_POINTER):
        return "is a pointer of Git LFS, not the file itself: fetch it with 'git lfs pull'"
    if found.kind == "picture":
        return f"begins like {found.name}: put pictures into a ZIP file, in a folder for each class"
    known = found.kind in _UNKNOWN.begins
    return f"begins like {found.name}" + (f", not like {declared.suffix}: send it with its own type" if known else "")
