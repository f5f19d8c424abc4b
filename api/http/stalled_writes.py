"""A client that does not take what is written for it: after a while its connection is gone, with all that waits."""

import asyncio
import fcntl
import sys
import termios

from api.http.deadline import Deadline


class StalledWrites:
    """Watches what is written to one connection. Belongs to the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._deadline = Deadline(loop, self._look)
        self._seconds = 0.0
        self._left = 0

    def begin(self, seconds: float) -> None:
        """Something waits for the client: within so many seconds it has to take at least a part."""
        self._seconds, self._left = seconds, _not_taken(self._transport)
        self._deadline.set(seconds)

    def end(self) -> None:
        """Nothing waits any more."""
        self._deadline.end()

    def _look(self) -> None:
        """Who takes something, however slowly, may go on."""
        if _not_taken(self._transport) < self._left:
            self.begin(self._seconds)
        else:
            self._transport.abort()


def _not_taken(transport: asyncio.Transport) -> int:
    """Bytes in this process, and in the kernel, which asks for more only once tens of kilobytes of its own are gone."""
    waiting: int = transport.get_write_buffer_size()
    try:
        answer = fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
    except (OSError, ValueError):  # it is closed, or the system does not count them
        return waiting
    return waiting + int.from_bytes(answer, sys.byteorder)
