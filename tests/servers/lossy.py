"""A TCP proxy in front of Postgres that sometimes loses the acknowledgement of a COMMIT."""

import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

SIZE = 1 << 16
COMMIT = b"COMMIT\x00"
"""The bytes of a COMMIT in a client's query, which are also at the end of the server's acknowledgement."""
LATE_SECONDS = 0.2
"""Seconds by which a COMMIT may arrive late, after its client was disconnected."""


class LossyPostgres:
    """Passes bytes between clients and the server's socket. For a random share of the commits, the acknowledgement is
    lost and the connection is closed. For half of these, the COMMIT arrives only after the client was disconnected."""

    def __init__(self, server: Path, share: float, seed: int) -> None:
        self._server = str(server)
        self.share = share
        self._random = random.Random(seed)
        self._welcome_at = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._welcome_at.getsockname()[1]
        self.lost = 0
        """Number of commits whose acknowledgement was lost."""
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._welcome)]

    def url(self, database: str) -> str:
        """The URL of the database, for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        _end(self._welcome_at)
        for connection in tuple(self._open):
            _end(connection)
        for thread in self._threads:
            thread.join()

    def _welcome(self) -> None:
        with suppress(OSError):  # it is closed
            while True:
                client, _ = self._welcome_at.accept()
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(self._server)
                except OSError:  # it is away, as it would be without us
                    _end(client)
                    server.close()
                    continue
                self._pass_on(_Session(client, server, self._lose))

    def _pass_on(self, session: "_Session") -> None:
        self._open |= {session.client, session.server}
        for work in (session.ask, session.answer):
            thread = threading.Thread(target=work, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _lose(self) -> float | None:
        """How many seconds the next COMMIT is late if its acknowledgement is to be lost; otherwise None."""
        if self._random.random() >= self.share:
            return None
        self.lost += 1
        return self._random.choice((0.0, LATE_SECONDS))


class _Session:
    """A client's connection, and the connection to the server that belongs to it."""

    def __init__(self, client: socket.socket, server: socket.socket, lose: Callable[[], float | None]) -> None:
        self.client, self.server = client, server
        self._lose = lose
        self._losing = False

    def ask(self) -> None:
        """Pass on the bytes of the client."""
        with suppress(OSError):
            while part := self.client.recv(SIZE):
                if COMMIT in part and (late := self._lose()) is not None:
                    self._losing = True
                    if late:
                        _end(self.client)
                        time.sleep(late)
                self.server.sendall(part)
                if self._losing:
                    return  # `answer` ends both once the commit is done
        _end(self.server)

    def answer(self) -> None:
        """Pass on the bytes of the server."""
        with suppress(OSError):
            while part := self.server.recv(SIZE):
                if self._losing and COMMIT in part:
                    break
                self.client.sendall(part)
        _end(self.client)
        _end(self.server)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended already
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
