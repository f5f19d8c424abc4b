"""Clients that cost next to nothing: both servers share their cores with them."""

import json
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any


class Connection:
    """An open connection that sends one request again and again. Responses must have a Content-Length."""

    def __init__(self, port: int, path: str, document: Any, headers: dict[str, str]) -> None:
        body = json.dumps(document).encode()
        given = {
            "Host": f"127.0.0.1:{port}",
            "Accept": "*/*",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        self._request = f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> bytes:
        """The body of the answer.

        Raises:
            AssertionError: the server does not answer 200.
        """
        self._socket.sendall(self._request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), got
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < length:
            body += self._more()
        return body

    def block(self, requests: int) -> list[float]:
        """The seconds that each of this many requests takes."""
        times = []
        for _ in range(requests):
            began = time.perf_counter()
            self.ask()
            times.append(time.perf_counter() - began)
        return times

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _more(self) -> bytes:
        got = self._socket.recv(1 << 16)
        assert got, "the server has hung up"
        return got


def together(connections: Sequence[Connection], requests: int) -> tuple[float, list[float]]:
    """The seconds that all connections together take for this many requests, and the seconds of each request."""
    times: list[float] = []

    def run(connection: Connection) -> None:
        times.extend(connection.block(requests // len(connections)))

    threads = [threading.Thread(target=run, args=(one,)) for one in connections]
    began = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return time.perf_counter() - began, times
