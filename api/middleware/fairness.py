"""Fair queueing: under overload, the requests of one client wait for each other and do not delay other clients."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.root_path import path_within

AT_ONCE = 4
"""Requests that run at a time. More would only share the same CPU: throughput stays equal, each response comes later,
and the event loop, which competes with all computing threads, accepts and reads later."""
TURN_SECONDS = 0.25
"""A request that takes longer is assumed to be waiting, for example for Redis, and gives up its turn."""
LIVENESS = frozenset({"/healthz", "/v2/health/live"})
"""Paths that cost nothing and must not wait."""
_turn: ContextVar["_Turn | None"] = ContextVar("turn", default=None)
"""The turn of the current request."""
K = TypeVar("K")
V = TypeVar("V")


def end_turn() -> None:
    """Let the next request start: the current one only waits from now on."""
    if turn := _turn.get():
        turn.end()


class Fairness:
    """Round-robin queueing: addresses take turns, and at one address the clients with different keys or sessions. The
    key is not authenticated yet and may be invented, so addresses come first. Not thread-safe: use it on the event loop
    only."""

    def __init__(self, app: ASGIApp, at_once: int = AT_ONCE) -> None:
        self._app = app
        self._free = at_once
        self._queues: dict[str, dict[bytes, deque[asyncio.Future[None]]]] = {}  # next turn first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or path_within(scope) in LIVENESS:
            return await self._app(scope, receive, send)
        await self._begin(*_client_of(scope))
        turn = _Turn(self._next)
        _turn.set(turn)

        async def watched(message: Message) -> None:
            turn.end()  # from here on, the response waits for its client
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            turn.end()
        return None

    async def _begin(self, address: str, credentials: bytes) -> None:
        if self._free > 0:
            self._free -= 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(address, {}).setdefault(credentials, deque()).append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._next()
            raise

    def _next(self) -> None:
        """Give the free turn to the longest-waiting client of the longest-waiting address."""
        while self._queues:
            address, clients = _take_first(self._queues)
            credentials, queue = _take_first(clients)
            waiter = queue.popleft()
            if queue:
                clients[credentials] = queue
            if clients:
                self._queues[address] = clients
            if not waiter.done():
                return waiter.set_result(None)
        self._free += 1
        return None


class _Turn:
    """One request's turn. It ends once: when the response starts, when the request ends, or after `TURN_SECONDS`."""

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


def _client_of(scope: Scope) -> tuple[str, bytes]:
    """The client's address, and its unchecked credentials."""
    credentials = {name: value for name, value in scope["headers"] if name in {b"authorization", b"cookie"}}
    client = scope.get("client") or ("",)
    return client[0], credentials.get(b"authorization") or credentials.get(b"cookie") or b""
