"""Request bodies of any type that are held in memory once they are whole."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request

from api.http.file_body import file_body
from api.limits import BODY_BYTES

T = TypeVar("T")


@dataclass(frozen=True)
class BodyThreads:
    """Limits of the threads that work on bodies, which are not those of short requests."""

    small: CapacityLimiter
    large: CapacityLimiter


async def with_bytes(
    request: Request, limit: int, what: str, folder: Path, threads: BodyThreads, use: Callable[[bytes], T]
) -> T:
    """What `use` makes of a body, in one of the threads for its size. A large body waits on disk until one is free, so
    that few are in memory at a time.

    Raises:
        TooLarge: the body, or its Content-Length, is over the limit, which `what` names.
        UnsupportedMedia: the body has a Content-Encoding.
    """
    length = request.headers.get("content-length", "")
    is_encoded = request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}
    if length.isdecimal() and int(length[:20]) <= BODY_BYTES and not is_encoded:
        return await run_sync(use, await request.body(), limiter=threads.small)
    async with file_body(request, limit, what, folder) as body:
        return await run_sync(_with_file, use, body.file, limiter=threads.large)


def _with_file(use: Callable[[bytes], T], file: IO[bytes]) -> T:
    file.seek(0)
    return use(file.read())
