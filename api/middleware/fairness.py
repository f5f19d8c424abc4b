"""Turns: when requests come faster than answers, those of one client wait for each other, not others for them."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.root_path import path_within

AT_ONCE = 4
"""Requests that are begun. More would only share the same processor: as many are answered in a second, each later, and
the event loop, which has to wait for every thread that computes, accepts and reads the later."""
TURN_SECONDS = 0.25
"""After which a request is one that waits, for a row or a Redis, and takes no turn from others."""
_turn: ContextVar["_Turn | None"] = ContextVar("turn", default=None)
"""Of the request that is answered."""
K = TypeVar("K")
V = TypeVar("V")


def end_turn() -> None:
    """Let the next request begin: this one only waits from now on."""
    if turn := _turn.get():
        turn.end()


class Fairness:
    """Addresses take turns, and those at one address by their key or session, which may be made up: whether it is good
    is not known yet. Belongs to the event loop."""

    def __init__(self, app: ASGIApp, at_once: int = AT_ONCE) -> None:
        self._app = app
        self._free = at_once
        self._queues: dict[str, dict[bytes, deque[asyncio.Future[None]]]] = {}  # in both, whose turn is next first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or path_within(scope) == "/healthz":  # which asks nobody, and costs nothing
            return await self._app(scope, receive, send)
        await self._begin(*_who(scope))
        turn = _Turn(self._next)
        _turn.set(turn)

        async def watched(message: Message) -> None:
            turn.end()  # what is sent now, and a stream above all, is sent as the client takes it
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            turn.end()
        return None

    async def _begin(self, address: str, shown: bytes) -> None:
        if self._free > 0:
            self._free -= 1
            return
        waits: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(address, {}).setdefault(shown, deque()).append(waits)
        try:
            await waits
        except asyncio.CancelledError:
            if waits.done() and not waits.cancelled():
                self._next()
            raise

    def _next(self) -> None:
        """Hand a turn on: to the address, and there to the client, that has waited longest for one."""
        while self._queues:
            address, clients = _take_first(self._queues)
            shown, queue = _take_first(clients)
            waits = queue.popleft()
            if queue:
                clients[shown] = queue
            if clients:
                self._queues[address] = clients
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


def _take_first(queues: dict[K, V]) -> tuple[K, V]:
    key = next(iter(queues))
    return key, queues.pop(key)


def _who(scope: Scope) -> tuple[str, bytes]:
    """Where the request comes from, and what it shows of its sender."""
    shown = {name: value for name, value in scope["headers"] if name in {b"authorization", b"cookie"}}
    client = scope.get("client") or ("",)
    return client[0], shown.get(b"authorization") or shown.get(b"cookie") or b""
