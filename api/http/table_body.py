"""Tables of text as the body of a request: delimited text or JSON lines, compressed or not."""

import io
from dataclasses import dataclass

from api.http.file_types import check_beginning, file_type, is_known
from gradus.errors import BadRequest, TooLarge, UnsupportedMedia
from reading.failure import ReadingFailed
from reading.inflate import Budget, gzip_stream, zstd_stream
from reading.request import Limits
from reading.signatures import HEAD, signature

CSV, TSV, NDJSON = "text/csv", "text/tab-separated-values", "application/x-ndjson"
TABLE_TYPES = (
    CSV,
    TSV,
    NDJSON,
    "application/jsonl",
    "application/gzip",
    "application/x-gzip",
    "application/zstd",
)
"""Media types of tables of text. Text of any of them may be compressed."""
_STREAMS = {"gzip": gzip_stream, "zstd": zstd_stream}
_OTHER_TABLES = frozenset({"zip", "parquet", "npy", "idx", "ole"})
_NAME = "the file"


@dataclass(frozen=True)
class TableText:
    """A table of text, decompressed."""

    content: bytes
    is_json_lines: bool
    delimiter: str | None
    """The delimiter that the media type implies; None if it implies none."""


def is_compressed(content: bytes) -> bool:
    """Whether a body is compressed, by its beginning."""
    return signature(content[:HEAD]).kind in _STREAMS


def table_text(media_type: str, content: bytes, most: int, otherwise: str) -> TableText:
    """The table in a body of one of `TABLE_TYPES`. If the media type does not tell the kind of text, text that begins
    with `{` is read as JSON lines, all other text as CSV. `most` limits the decompressed text, in bytes; `otherwise`
    says in the errors how to send a table of another kind.

    Raises:
        UnsupportedMedia: the body is not text, or is compressed twice.
        InvalidSpec: the body is empty.
        TooLarge: the text has more than `most` bytes.
        BadRequest: the compressed body is damaged.
    """
    declared = file_type(media_type)
    text = _decompressed(content, most)
    for beginning in (content[:HEAD], text[:HEAD]):
        found = signature(beginning)
        if found.kind in _OTHER_TABLES:
            raise UnsupportedMedia(f"{_NAME} begins like {found.name}: {otherwise}", code="not_a_table")
        if found.kind == "picture":
            raise UnsupportedMedia(f"{_NAME} begins like {found.name}: send it with its own type", code="not_a_table")
        check_beginning(beginning, declared)
    if is_compressed(text):
        raise UnsupportedMedia(f"{_NAME} is compressed twice: send what is in it", code="not_a_table")
    kind = declared.parse.get("kind") or ("jsonl" if _begins_object(text) else "csv")
    return TableText(text, kind == "jsonl", declared.parse.get("delimiter"))


def refuse_type(media_type: str, accepted: tuple[str, ...], otherwise: str) -> UnsupportedMedia:
    """The error for a body whose media type is not accepted."""
    how = f"; {otherwise}" if is_known(media_type) else ""
    return UnsupportedMedia(f"send {', '.join(accepted)}, not '{media_type[:100]}'{how}")


def _decompressed(content: bytes, most: int) -> bytes:
    unpack = _STREAMS.get(signature(content[:HEAD]).kind)
    if unpack is None:
        return content
    try:
        with unpack(io.BytesIO(content), _NAME, Budget(Limits(unpacked_free=most))) as stream:
            text = stream.read(most + 1)
    except ReadingFailed as failure:
        if failure.code == "too_large":
            raise _too_large(most) from None
        raise BadRequest(failure.message, code=failure.code) from None
    if len(text) > most:
        raise _too_large(most)
    return text


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"the body is too large: it decompresses to more than {most:,} bytes")


def _begins_object(text: bytes) -> bool:
    return text[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
