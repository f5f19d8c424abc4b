"""The writing side of a connection: its buffers, a client that does not read, and its end."""

import asyncio
import socket
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.connection_limits import LINGER_SECONDS, STALL_SECONDS, UNSENT_BYTES, WRITE_BYTES
from api.http.connections import Connections
from api.http.joined_writes import JoinedWrites
from api.http.stalled_writes import StalledWrites


class BoundedWrites(HttpToolsProtocol):
    """A connection with limits on what is written ahead, and on how long a client takes to read it."""

    stall_seconds = STALL_SECONDS
    linger_seconds = LINGER_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._connections: Connections | None = self.app_state.get("connections")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._joined = JoinedWrites(self.loop, transport)
        super().connection_made(self._joined)  # type: ignore[arg-type]
        transport.set_write_buffer_limits(high=WRITE_BYTES)
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        self._stall = StalledWrites(self.loop, self._joined)

    def shed(self) -> None:
        """Close the connection at once, to make room for others."""
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._connections is not None:
            self._connections.blocked(self, self.transport.get_write_buffer_size())
        self._stall.begin(self.stall_seconds)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._connections is not None:
            self._connections.unblocked(self)
        if not self.transport.is_closing():
            self._stall.end()

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def _close(self) -> None:
        """Close the connection once the client has read what was written."""
        self.transport.close()
        self._stall.begin(self.linger_seconds)
