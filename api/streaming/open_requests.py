"""Requests that stay open, streams and long polls: so many at most for each key, so that one leaves room for others."""

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
"""Who closed one may have to wait for as long until that is noticed: a heartbeat."""


def holder(request: Request, caller: Caller) -> str:
    """Who holds a request open: a key, by which browsers are signed in, too; else whoever is at an address."""
    return caller.key_id or f"address {RequestCredentials(request).address}"


class OpenRequests:
    """Counts them, on this process. Belongs to the event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def has_room(self, who: str) -> bool:
        """Whether one more may be."""
        return self._open[who] < self._most

    def place(self, who: str) -> AbstractContextManager[None]:
        """Room for one more, which is given back at the end of the block.

        Raises:
            TooManyRequests: there is none.
        """
        if not self.has_room(who):
            raise TooManyRequests(
                f"{self._most:,} streams and long polls of this key are open, as many as may be: close some",
                code="too_many_streams",
                retry_after=RETRY_SECONDS,
            )
        self._open[who] += 1
        return self._held(who)

    @contextmanager
    def _held(self, who: str) -> Iterator[None]:
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]


class OpenResponse(StreamingResponse):
    """A stream that keeps its place until it is over, however that comes about."""

    def __init__(self, place: AbstractContextManager[None], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            await super().__call__(scope, receive, send)
