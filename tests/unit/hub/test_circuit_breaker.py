"""The circuit breaker, tested with a server that is not Redis."""

import socketserver
import threading
import time

import pytest

from hub.messaging import circuit_breaker
from hub.messaging.circuit_breaker import CircuitBreaker


class Babbling(socketserver.BaseRequestHandler):
    """A server that answers the first connection with nonsense, and later ones like Redis."""

    connections = 0

    def handle(self) -> None:
        type(self).connections += 1
        answer = b":nonsense\r\n" if self.connections == 1 else b"+PONG\r\n"
        while asked := self.request.recv(4096):
            self.request.sendall(answer * max(1, asked.count(b"SETINFO")))


def test_nonsense_instead_of_an_answer_does_not_end_the_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_breaker, "INTERVAL_SECONDS", 0.05)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Babbling) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tried = CircuitBreaker(f"redis://127.0.0.1:{server.server_address[1]}")
        tried.trip("a test")
        for _ in range(400):
            if tried.open:
                time.sleep(0.05)
        assert not tried.open
        assert Babbling.connections > 1
        tried.close()
        server.shutdown()
