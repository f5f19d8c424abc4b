"""The write timeout: a connection whose client stops reading is aborted."""

import asyncio
import fcntl
import sys
import termios

from api.http.deadline import Deadline
from api.http.joined_writes import JoinedWrites


class StalledWrites:
    """Watches the unread bytes of one connection. Not thread-safe: use it on the event loop only."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport | JoinedWrites) -> None:
        self._transport = transport
        self._deadline = Deadline(loop, self._on_timeout)
        self._seconds = 0.0
        self._unread = 0

    def begin(self, seconds: float) -> None:
        """Start the timeout: within `seconds` the client must read at least a part of the waiting bytes."""
        self._seconds, self._unread = seconds, _unread_bytes(self._transport)
        self._deadline.set(seconds)

    def end(self) -> None:
        """Stop the timeout: no bytes are waiting."""
        self._deadline.end()

    def _on_timeout(self) -> None:
        """Abort the connection, unless the client has read something, however little."""
        if _unread_bytes(self._transport) < self._unread:
            self.begin(self._seconds)
        else:
            self._transport.abort()


def _unread_bytes(transport: asyncio.Transport | JoinedWrites) -> int:
    """Unread bytes in this process and in the kernel. The kernel asks for more only after tens of kilobytes are gone,
    so the process's own buffer alone does not show slow progress."""
    waiting: int = transport.get_write_buffer_size()
    try:
        answer = fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
    except (OSError, ValueError):  # the socket is closed, or the system does not report this
        return waiting
    return waiting + int.from_bytes(answer, sys.byteorder)
