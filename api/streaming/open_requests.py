"""Limits the open streams and long polls of each key, so that one key leaves room for others."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.auth.credentials import RequestCredentials
from gradus.errors import TooManyRequests
from hub.access.keys import Caller

RETRY_SECONDS = 15
"""A closed connection is noticed at the next heartbeat, so a slot may become free only after this time."""


def owner_of(request: Request, caller: Caller) -> str:
    """The owner of an open request: its key (browser sessions belong to a key), or else the client's address."""
    return caller.key_id or f"address {RequestCredentials(request).address}"


class OpenRequests:
    """Counts the open requests of this process. Not thread-safe: use it on the event loop only."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: Counter[str] = Counter()

    def has_room(self, owner: str) -> bool:
        """Whether the owner may open another request."""
        return self._open[owner] < self._limit

    def place(self, owner: str) -> AbstractContextManager[None]:
        """Reserve a slot for a request; the context manager releases it.

        Raises:
            TooManyRequests: the owner has as many open requests as are allowed.
        """
        if not self.has_room(owner):
            raise TooManyRequests(
                f"this key has the maximum of {self._limit:,} open streams and long polls: close some",
                code="too_many_streams",
                retry_after=RETRY_SECONDS,
            )
        self._open[owner] += 1
        return self._held(owner)

    @contextmanager
    def _held(self, owner: str) -> Iterator[None]:
        try:
            yield
        finally:
            self._open[owner] -= 1
            if not self._open[owner]:
                del self._open[owner]


class OpenResponse(StreamingResponse):
    """A streaming response that releases its slot when it ends, for whatever reason."""

    def __init__(self, place: AbstractContextManager[None], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            await super().__call__(scope, receive, send)
