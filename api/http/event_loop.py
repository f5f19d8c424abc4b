"""The server's event loop: uvloop's, which accepts many connections in one round.

uvloop itself accepts one in each round. A round waits for threads that compute, and 800 connections that came together
took 800 of them: the next client, who asked for the cheapest answer, was accepted more than a second later.
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
"""Connections in one round, each a tenth of a millisecond. Those that are accepted have their turn in between."""


class EventLoop(uvloop.Loop):
    """uvloop's, with servers that accept a crowd quickly."""

    async def create_server(  # type: ignore[override]
        self, protocol_factory: ProtocolFactory, *args: Any, ssl: SSLContext | None = None, **options: Any
    ) -> "asyncio.AbstractServer | CrowdServer":
        server = await super().create_server(protocol_factory, *args, ssl=ssl, **options)
        return CrowdServer(self, server, protocol_factory) if ssl is None else server


class CrowdServer:
    """A server of uvloop, and beside it readers of the same sockets that accept what it does not get to."""

    def __init__(self, loop: uvloop.Loop, server: Any, protocol_factory: ProtocolFactory) -> None:
        self._loop = loop
        self._server = server
        self._protocol_factory = protocol_factory
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening = [socket.socket(fileno=os.dup(one.fileno())) for one in server.sockets]
        for one in self._listening:
            loop.add_reader(one, self._accept, one)

    @property
    def sockets(self) -> Sequence[Any]:
        """Those on which it listens."""
        sockets: Sequence[Any] = self._server.sockets
        return sockets

    def close(self) -> None:
        """Accept nobody any more."""
        for one in self._listening:
            self._loop.remove_reader(one)
            one.close()
        self._listening.clear()
        self._server.close()

    async def wait_closed(self) -> None:
        """Until it is."""
        await self._server.wait_closed()

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                accepted, _ = listening.accept()
            except OSError:  # nobody waits, or no file descriptor is left: uvloop's own listener copes with that
                return
            accepted.setblocking(False)  # noqa: FBT003
            task = self._loop.create_task(self._connect(accepted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol_factory, accepted)
        except OSError:  # the client has left already
            accepted.close()
