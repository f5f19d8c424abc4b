"""The server's event loop: uvloop's, extended to accept many connections in one iteration.

uvloop itself accepts one connection in each iteration, and iterations are delayed by computing threads. 800 connections
that arrived together took 800 iterations: the next client was accepted more than a second later.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from ssl import SSLContext
from typing import Any

import uvloop

ProtocolFactory = Callable[[], asyncio.Protocol]
ACCEPTED_AT_ONCE = 32
"""Connections accepted in one iteration; each takes a tenth of a millisecond. Accepted ones are served in between."""


class EventLoop(uvloop.Loop):
    """uvloop's event loop, with servers that accept many simultaneous connections quickly."""

    async def create_server(  # type: ignore[override]
        self, protocol_factory: ProtocolFactory, *args: Any, ssl: SSLContext | None = None, **options: Any
    ) -> "asyncio.AbstractServer | CrowdServer":
        server = await super().create_server(protocol_factory, *args, ssl=ssl, **options)
        return CrowdServer(self, server, protocol_factory) if ssl is None else server


class CrowdServer:
    """Wraps a uvloop server, and adds readers on the same sockets that accept further connections in each iteration."""

    def __init__(self, loop: uvloop.Loop, server: Any, protocol_factory: ProtocolFactory) -> None:
        self._loop = loop
        self._server = server
        self._protocol_factory = protocol_factory
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening = [socket.socket(fileno=os.dup(listening.fileno())) for listening in server.sockets]
        for listening in self._listening:
            loop.add_reader(listening, self._accept, listening)

    @property
    def sockets(self) -> Sequence[Any]:
        """The listening sockets."""
        sockets: Sequence[Any] = self._server.sockets
        return sockets

    def close(self) -> None:
        """Stop accepting connections."""
        for listening in self._listening:
            self._loop.remove_reader(listening)
            listening.close()
        self._listening.clear()
        self._server.close()

    async def wait_closed(self) -> None:
        """Wait until the server is closed."""
        await self._server.wait_closed()

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                accepted, _ = listening.accept()
            except OSError:  # no connection is waiting, or no descriptor is free: uvloop's own listener handles that
                return
            accepted.setblocking(False)  # noqa: FBT003
            task = self._loop.create_task(self._connect(accepted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol_factory, accepted)
        except OSError:  # the client has disconnected already
            accepted.close()
