"""The headers and the body of a request, as httpx takes them."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

import httpx

from gradus.client.request import FileBody, Options, Request
from gradus.errors import BadRequest

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"([!-~]([ -~]*[!-~])?)?")


def content_of(body: bytes | FileBody | None, *, blocks: bool) -> bytes | Iterator[bytes] | AsyncIterator[bytes] | None:
    """What httpx sends: bytes, or a file piece by piece."""
    if not isinstance(body, FileBody):
        return body
    return body.pieces() if blocks else _awaited(body.pieces())


def headers_of(request: Request[Any], options: Options) -> httpx.Headers:
    """The headers of all requests, merged with this request's own, which take precedence.

    Raises:
        BadRequest: one of them cannot be sent.
    """
    headers = httpx.Headers()
    for name, value in [*_content_headers(request.body), *options.headers.items(), *request.headers.items()]:
        if not (HEADER_NAME.fullmatch(name) and isinstance(value, str) and HEADER_VALUE.fullmatch(value)):
            raise BadRequest(f"the header {name!r} cannot be sent: its value must be printable ASCII text")
        headers[name] = value  # replaces a header of the same name, ignoring case
    return headers


def _content_headers(body: bytes | FileBody | None) -> list[tuple[str, str]]:
    match body:
        case None:
            return []
        case FileBody():
            return [("Content-Type", body.media_type), ("Content-Length", str(body.size))]
        case _:
            return [("Content-Type", "application/json")]


async def _awaited(pieces: Iterator[bytes]) -> AsyncGenerator[bytes]:
    for piece in pieces:
        yield piece
