"""Joins the writes of one iteration of the event loop into one: each write is a system call, and wakes the client."""

import asyncio

HELD_BYTES = 16 << 10
"""Limit on the bytes that are held back: the transport must report a full buffer before the application writes more."""


class JoinedWrites:
    """A transport that joins what is written until the next iteration of the event loop, such as the head and the body
    of a response. Not thread-safe: use it on the event loop only."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self._loop = loop
        self._transport = transport
        self._held: list[bytes] = []
        self._bytes = 0
        self._is_planned = False
        self.is_closing = transport.is_closing
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading
        self.get_extra_info = transport.get_extra_info
        self.set_write_buffer_limits = transport.set_write_buffer_limits

    def write(self, data: bytes) -> None:
        """Hold the data back until the next iteration of the event loop, or write them now if too much is held back."""
        self._held.append(data)
        self._bytes += len(data)
        if self._bytes > HELD_BYTES:
            self.flush()
        elif not self._is_planned:
            self._is_planned = True
            self._loop.call_soon(self._on_next)

    def flush(self) -> None:
        """Write what is held back."""
        if self._held:
            held, self._held, self._bytes = self._held, [], 0
            self._transport.write(held[0] if len(held) == 1 else b"".join(held))

    def get_write_buffer_size(self) -> int:
        """Bytes that the kernel has not taken."""
        return self._bytes + int(self._transport.get_write_buffer_size())

    def close(self) -> None:
        """Close the connection once everything is written."""
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        self._held, self._bytes = [], 0
        self._transport.abort()

    def _on_next(self) -> None:
        self._is_planned = False
        if not self._transport.is_closing():
            self.flush()
