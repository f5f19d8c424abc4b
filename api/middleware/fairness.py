"""Turns: when requests come faster than answers, those of one client wait for each other, not others for them."""

import asyncio
from collections import deque
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 16
"""Requests that are begun. More would only share the same processor, and each step of each be the slower."""
TURN_SECONDS = 0.25
"""After which a request is one that waits, for a row or a Redis, and takes no turn from others."""


class Fairness:
    """Clients take turns by their key, their session or their address. Belongs to the event loop."""

    def __init__(self, app: ASGIApp, at_once: int = AT_ONCE) -> None:
        self._app = app
        self._free = at_once
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}  # whose turn is next first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/healthz":  # which asks nobody, and costs nothing
            return await self._app(scope, receive, send)
        await self._begin(_who(scope))
        turn = _Turn(self._next)

        async def watched(message: Message) -> None:
            turn.end()  # what is sent now, and a stream above all, is sent as the client takes it
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            turn.end()
        return None

    async def _begin(self, who: str) -> None:
        if self._free > 0:
            self._free -= 1
            return
        waits: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(who, deque()).append(waits)
        try:
            await waits
        except asyncio.CancelledError:
            if waits.done() and not waits.cancelled():
                self._next()
            raise

    def _next(self) -> None:
        """Hand a turn on: to the client that has waited longest for one."""
        while self._queues:
            who, queue = next(iter(self._queues.items()))
            waits = queue.popleft()
            del self._queues[who]
            if queue:
                self._queues[who] = queue
            if not waits.done():
                return waits.set_result(None)
        self._free += 1
        return None


class _Turn:
    """Ends once: with the answer's beginning, with the request, or after a while."""

    def __init__(self, ended: Callable[[], None]) -> None:
        self._ended = ended
        self._over = False
        self._timer = asyncio.get_running_loop().call_later(TURN_SECONDS, self.end)

    def end(self) -> None:
        if not self._over:
            self._over = True
            self._timer.cancel()
            self._ended()


def _who(scope: Scope) -> str:
    """By what the client shows of itself; whether it is true does not matter yet."""
    shown = {name: value for name, value in scope["headers"] if name in {b"authorization", b"cookie"}}
    client = scope.get("client") or ("",)
    return f"{client[0]} {shown.get(b'authorization') or shown.get(b'cookie')!r}"
