"""Turns among the requests that are answered on the event loop: in each pass of the loop, a client gets a few answers,
and its other requests wait for the next pass. So a client with many connections delays others by a few answers."""

import asyncio
from collections import deque

ANSWERS_PER_PASS = 8
"""Answers of one client in a pass of the event loop: they take about two milliseconds."""


class EventLoopTurns:
    """Not thread-safe: use it on the event loop only."""

    def __init__(self, per_pass: int = ANSWERS_PER_PASS) -> None:
        self._per_pass = per_pass
        self._counts: dict[str, int] = {}
        """Answers in this pass, by client."""
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}
        """The requests that wait, by client; no queue is empty."""
        self._is_pass_open = False

    def begin(self, client: str) -> asyncio.Future[None] | None:
        """Begin a turn of a client at once; else returns what must be awaited first."""
        self._open_pass()
        count = self._counts.get(client, 0)
        if count < self._per_pass and client not in self._queues:
            self._counts[client] = count + 1
            return None
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(waiter)
        return waiter

    def _open_pass(self) -> None:
        """End this pass in the next iteration of the event loop, which reads from all connections before."""
        if not self._is_pass_open:
            self._is_pass_open = True
            asyncio.get_running_loop().call_soon(self._next_pass)

    def _next_pass(self) -> None:
        self._is_pass_open = False
        self._counts.clear()
        for client in tuple(self._queues):
            self._counts[client] = self._released(client)
        if self._counts:
            self._open_pass()

    def _released(self, client: str) -> int:
        """Let the first requests of a client begin, and return their number."""
        queue, count = self._queues[client], 0
        while queue and count < self._per_pass:
            waiter = queue.popleft()
            if not waiter.done():  # else its request was cancelled
                waiter.set_result(None)
                count += 1
        if not queue:
            del self._queues[client]
        return count
