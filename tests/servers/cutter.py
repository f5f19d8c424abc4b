"""A TCP proxy that cuts connections: the request arrives, but its response is lost."""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

SIZE = 1 << 16


class Cutter:
    """Passes bytes between clients and a server on this machine. The next `cuts` responses are lost on the way."""

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.cuts = 0
        self._asked: list[bytearray] = []
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._welcome)]

    @property
    def requests(self) -> list[str]:
        """Method and path of every request that was passed on, whether or not its response was lost."""
        return [
            found.decode() for said in self._asked for found in re.findall(rb"^([A-Z]+ /\S*) HTTP/1.1\r$", said, re.M)
        ]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for connection in self._open:
            _end(connection)
        for thread in self._threads:
            thread.join()

    def _welcome(self) -> None:
        with suppress(OSError):  # the door is shut
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(self._server)
                self._open += [client, server]
                self._start(self._ask, client, server)
                self._start(self._answer, client, server)

    def _start(
        self, work: Callable[[socket.socket, socket.socket], None], client: socket.socket, server: socket.socket
    ) -> None:
        thread = threading.Thread(target=work, args=(client, server))
        self._threads.append(thread)
        thread.start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        self._asked.append(said := bytearray())
        with suppress(OSError):
            while part := client.recv(SIZE):
                said += part
                server.sendall(part)
        _end(server)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while part := server.recv(SIZE):
                if self.cuts:
                    self.cuts -= 1
                    break
                client.sendall(part)
        _end(client)
        _end(server)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended already
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
