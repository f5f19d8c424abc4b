"""Predictions for files: tables of text in parts that the service accepts, and pictures."""

import gzip
import zlib
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradus.client.predictions import BYTES_AT_ONCE, ROWS_AT_ONCE, Asked
from gradus.client.request import FileBody, Request
from gradus.client.source import MEDIA_TYPES
from gradus.errors import BadRequest

if TYPE_CHECKING:
    from gradus.client.transport import Transport

PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
CSV, TSV, JSON_LINES, ZSTD = "text/csv", "text/tab-separated-values", "application/x-ndjson", "application/zstd"
_BY_WORKERS = frozenset({".parquet", ".zip", ".xlsx", ".ods"})
_GZIP = b"\x1f\x8b"


async def predict_file(
    transport: "Transport[Any]", asked: Asked[Any], path: Path, options: Mapping[str, Any]
) -> AsyncGenerator[bytes]:
    """The predictions for a table of text, as CSV in pieces; for a picture, as a JSON document.

    Raises:
        BadRequest: the file cannot be read, or is a table that only workers read.
    """
    media_type, whole = _read(path)
    given = {name: value for name, value in options.items() if value is not None}
    query = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
    is_first = True
    for part in _PARTS.get(media_type, _whole)(whole):
        request = Request(
            "POST",
            asked.path,
            lambda response: bytes(response.content),
            query={**query, **asked.query},
            headers={} if media_type in PICTURES.values() else {"Accept": CSV},
            body=FileBody(media_type, len(part), lambda part=part: iter([part])),  # type: ignore[misc]
            harmless=True,
        )
        content = await transport.send(request)
        yield content if is_first else content.partition(b"\n")[2]
        is_first = False


def _read(path: Path) -> tuple[str, bytes]:
    """The media type of a file, by its name, and its content, without gzip."""
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    suffix = name.suffix.lower()
    if suffix in _BY_WORKERS:
        raise BadRequest(
            f"{path} is not a table of text: have a worker read it, with predict_upload or --upload", code="not_text"
        )
    try:
        whole = path.read_bytes()
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror}", code="no_file") from error
    if whole.startswith(_GZIP):
        try:
            whole = gzip.decompress(whole)
        except (OSError, EOFError, zlib.error) as error:
            raise BadRequest(f"{path} cannot be decompressed: {error}", code="no_file") from error
    if suffix in PICTURES:
        return PICTURES[suffix], whole
    media_type = MEDIA_TYPES.get(suffix, CSV)
    return media_type if media_type in {TSV, JSON_LINES, ZSTD} else CSV, whole


def _whole(content: bytes) -> Iterator[bytes]:
    yield content


def _json_line_parts(content: bytes) -> Iterator[bytes]:
    """Lines in parts, at least one."""
    part: list[bytes] = []
    size = 0
    for line in content.splitlines(keepends=True):
        if part and (len(part) == ROWS_AT_ONCE or size + len(line) > BYTES_AT_ONCE):
            yield b"".join(part)
            part, size = [], 0
        part.append(line)
        size += len(line)
    yield b"".join(part)


def _csv_parts(content: bytes) -> Iterator[bytes]:
    """A CSV file in parts, each of which begins with the first row. A part ends only where no quote is open."""
    lines = content.splitlines(keepends=True)
    head: list[bytes] = []
    part: list[bytes] = []
    is_open, size, rows, is_sent = False, 0, 0, False
    for line in lines:
        is_open ^= line.count(b'"') % 2 == 1
        part.append(line)
        size += len(line)
        if is_open:
            continue
        if not head:
            head, part, size = part, [], 0
            continue
        rows += 1
        if rows == ROWS_AT_ONCE or size > BYTES_AT_ONCE:
            yield b"".join([*head, *part])
            part, size, rows, is_sent = [], 0, 0, True
    if part or not is_sent:
        yield b"".join([*head, *part])


_PARTS: Mapping[str, Callable[[bytes], Iterator[bytes]]] = {
    CSV: _csv_parts,
    TSV: _csv_parts,
    JSON_LINES: _json_line_parts,
}
