"""Limits the connections of one process. At the limit, a new connection replaces an idle one.

The limit stays below the number of file descriptors: without free descriptors a process can neither open a database
file nor accept a connection.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

MAX_CONNECTIONS = 10_000
"""An idle connection costs about 10 KB."""
RESERVED = 256
"""File descriptors kept for the database, Redis, logs and static files."""
MAX_UNSENT_BYTES = 16 << 20
"""Limit on buffered response bytes that clients have not read. Streams wait for their clients; other responses are
buffered whole."""
ENDS_AT_ONCE = 8
"""Limit on the disconnected clients' requests that are ended in one iteration of the event loop: each takes a
millisecond."""
IGNORED_UNSENT_BYTES = 64 << 10
"""Unread bytes of one client that are not counted: the size of the chunks in which files are sent."""
logger = logging.getLogger(__name__)


class Connection(Protocol):
    """A connection. It can be closed without harm while it has no request."""

    def shed(self) -> None:
        """Close the connection."""


class Connections:
    """Tracks the connections of the process. Not thread-safe: use it on the event loop only."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Limit on open connections."""
        self._open: set[Connection] = set()
        self._idle: dict[Connection, None] = {}  # longest idle first
        self._unsent: dict[Connection, int] = {}  # longest waiting first
        self._hung_up: deque[Callable[[], None]] = deque()

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, new: Connection) -> bool:
        """Register a new connection, which is idle. Returns False if there is no room for it."""
        while len(self._open) >= self.limit and self._idle:
            oldest = next(iter(self._idle))
            self.closed(oldest)
            oldest.shed()
            logger.warning("connection limit of %s reached: closing the longest idle connection", self.limit)
        if len(self._open) >= self.limit:
            logger.warning("connection limit of %s reached, none is idle: refusing a new connection", self.limit)
            return False
        self._open.add(new)
        self._idle[new] = None
        return True

    def closed(self, connection: Connection) -> None:
        """Remove a closed connection."""
        self._open.discard(connection)
        self._idle.pop(connection, None)
        self._unsent.pop(connection, None)

    def hung_up(self, end: Callable[[], None]) -> None:
        """Schedule `end`, which tells a request that its client has disconnected. When many clients disconnect at once,
        the calls are spread over several iterations of the event loop."""
        self._hung_up.append(end)
        if len(self._hung_up) == 1:
            asyncio.get_running_loop().call_soon(self._end_some)

    def _end_some(self) -> None:
        for _ in range(min(ENDS_AT_ONCE, len(self._hung_up))):
            self._hung_up.popleft()()
        if self._hung_up:
            asyncio.get_running_loop().call_soon(self._end_some)

    def blocked(self, connection: Connection, unsent: int) -> None:
        """Record that a client does not read, with `unsent` bytes buffered. If all buffers together are too large,
        close the connection that has waited longest."""
        if unsent <= IGNORED_UNSENT_BYTES:
            return
        self._unsent[connection] = unsent
        while len(self._unsent) > 1 and sum(self._unsent.values()) > MAX_UNSENT_BYTES:
            oldest = next(iter(self._unsent))
            self.closed(oldest)
            oldest.shed()
            logger.warning(
                "over %s MiB of responses wait for slow clients: closing the longest waiting", MAX_UNSENT_BYTES >> 20
            )

    def unblocked(self, connection: Connection) -> None:
        """Record that the client has read its data."""
        self._unsent.pop(connection, None)

    def busy(self, connection: Connection) -> None:
        """Record that the connection has a request."""
        self._idle.pop(connection, None)

    def idle(self, connection: Connection) -> None:
        """Record that the connection has no request any more."""
        if connection in self._open:
            self._idle[connection] = None


def room(file_limit: int) -> int:
    """The connection limit of a process with this limit of file descriptors."""
    return max(1, min(MAX_CONNECTIONS, max(file_limit - RESERVED, file_limit // 2)))
