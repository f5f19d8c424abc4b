"""Request bodies of any type, held in memory once they have arrived completely."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request

from api.http.file_body import file_body
from api.http.table_body import is_compressed
from api.limits import BODY_BYTES

T = TypeVar("T")


@dataclass(frozen=True)
class BodyThreads:
    """Limits on the threads that process bodies. Short requests have threads of their own."""

    small: CapacityLimiter
    large: CapacityLimiter

    def of(self, content: bytes) -> CapacityLimiter:
        """The threads for a body that is already in memory. A compressed one may be large."""
        return self.large if is_compressed(content) else self.small


async def with_bytes(
    request: Request, limit: int, what: str, folder: Path, threads: BodyThreads, use: Callable[[bytes], T]
) -> T:
    """The result of `use` for a body, computed in one of the threads for bodies of its size. A large body waits on disk
    until a thread is free, so that few large bodies are in memory at the same time.

    Raises:
        TooLarge: the body, or its Content-Length, is over the limit, which `what` names.
        UnsupportedMedia: the body has a Content-Encoding.
    """
    length = request.headers.get("content-length", "")
    is_encoded = request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}
    if length.isdecimal() and int(length[:20]) <= BODY_BYTES and not is_encoded:
        content = await request.body()
        return await run_sync(use, content, limiter=threads.of(content))
    async with file_body(request, limit, what, folder) as body:
        return await run_sync(_with_file, use, body.file, limiter=threads.large)


def _with_file(use: Callable[[bytes], T], file: IO[bytes]) -> T:
    file.seek(0)
    return use(file.read())
