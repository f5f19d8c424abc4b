"""Request bodies of any type that are held in memory once they are whole."""

from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.http.file_body import file_body
from api.limits import BODY_BYTES

T = TypeVar("T")


async def with_bytes(
    request: Request, limit: int, what: str, folder: Path, large: CapacityLimiter, use: Callable[[bytes], T]
) -> T:
    """What `use` makes of a body, in a thread. A large body waits on disk until one of the `large` threads is free, so
    that few are in memory at a time.

    Raises:
        TooLarge: the body, or its Content-Length, is over the limit, which `what` names.
        UnsupportedMedia: the body has a Content-Encoding.
    """
    length = request.headers.get("content-length", "")
    is_encoded = request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}
    if length.isdecimal() and int(length[:20]) <= BODY_BYTES and not is_encoded:
        return await run_in_threadpool(use, await request.body())
    async with file_body(request, limit, what, folder) as body:
        return await run_sync(_with_file, use, body.file, limiter=large)


def _with_file(use: Callable[[bytes], T], file: IO[bytes]) -> T:
    file.seek(0)
    return use(file.read())
