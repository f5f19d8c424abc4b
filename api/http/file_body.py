"""Request bodies that are files: written to disk and hashed as they arrive, never held in memory."""

import base64
import hashlib
import re
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.middleware.fairness import end_turn
from gradus.errors import BadRequest, InvalidSpec, TooLarge, UnsupportedMedia
from reading.signatures import HEAD

CHUNK = 1 << 20
"""Bytes that are written at a time: each write takes a thread."""
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


@dataclass(frozen=True)
class FileBody:
    """A body on disk, in an unnamed file, which disappears with the process."""

    file: IO[bytes]
    sha256: str
    """In hexadecimal."""
    size: int
    beginning: bytes
    """The first `HEAD` bytes."""


@asynccontextmanager
async def file_body(request: Request, limit: int, what: str, folder: Path) -> AsyncIterator[FileBody]:
    """The body of a request. `what` names the limit in the error.

    Raises:
        TooLarge: the body, or its Content-Length, is over the limit.
        UnsupportedMedia: the body has a Content-Encoding.
        InvalidSpec: the body does not have the Content-Digest.
    """
    expected = _expected_digest(request.headers.getlist("content-digest"))
    coding = request.headers.get("content-encoding", "").strip()
    if coding.lower() not in {"", "identity"}:
        raise UnsupportedMedia(
            f"send the file as it is, without 'Content-Encoding: {coding[:100]}'; its media type says that it "
            "is compressed"
        )
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise _too_large(limit, what)
    end_turn()  # from here on, the request waits for its client
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        digest, size, beginning = hashlib.sha256(), 0, b""
        async for chunk in _chunks(request):
            size += len(chunk)
            if size > limit:
                raise _too_large(limit, what)
            beginning = beginning or chunk[:HEAD]
            await run_in_threadpool(_write, file, digest, chunk)
        if expected is not None and digest.digest() != expected:
            raise InvalidSpec("the bytes that arrived do not have the Content-Digest: send them again", code=DIFFERS)
        yield FileBody(file, digest.hexdigest(), size, beginning)


DIFFERS = "digest_differs"


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of about `CHUNK` bytes."""
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) >= CHUNK:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _write(file: IO[bytes], digest: "hashlib._Hash", chunk: bytes) -> None:
    digest.update(chunk)
    file.write(chunk)


def _expected_digest(headers: Sequence[str]) -> bytes | None:
    """The SHA-256 in `Content-Digest` (RFC 9530). Other algorithms are ignored, as the RFC allows."""
    text = ",".join(headers)
    found = _DIGEST.search(text)
    if found is None and "sha-256=" in text:
        raise BadRequest("Content-Digest: write SHA-256 as sha-256=:BASE64:", code="invalid_parameter")
    return None if found is None else base64.b64decode(found[1])


def _too_large(limit: int, what: str) -> TooLarge:
    return TooLarge(f"the body is too large: {what} is {limit:,} bytes")
