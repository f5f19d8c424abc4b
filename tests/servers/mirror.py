"""A mirror of data files on loopback, which can be told to misbehave."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Literal

Fault = Literal["none", "absent", "cut short", "cut short once", "damaged", "not gzip", "without length"]


@dataclass
class Mirror:
    """The files that are served, the fault with which they are served, and how often each was requested."""

    files: dict[str, bytes]
    fault: Fault = "none"
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.rpartition("/")[2]
        self.asked[name] += 1
        if self.fault == "absent" or name not in self.files:
            return request.send_error(404)
        body = self.files[name]
        request.send_response(200)
        if self.fault != "without length":
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(self._spoiled(body, self.asked[name]))
        return None

    def _spoiled(self, body: bytes, times: int) -> bytes:
        match self.fault:
            case "cut short":
                return body[: len(body) // 2]
            case "cut short once":
                return body[: len(body) // 2] if times == 1 else body
            case "damaged":
                return body[:-9] + bytes([body[-9] ^ 1]) + body[-8:]
            case "not gzip":
                return b"<html>".ljust(len(body))
            case _:
                return body


@contextmanager
def running_mirror(files: dict[str, bytes], fault: Fault = "none") -> Iterator[Mirror]:
    """Serve the mirror until the block ends."""
    mirror = Mirror(files, fault)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mirror.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print no lines about requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        mirror.url = f"http://127.0.0.1:{server.server_port}/data/"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield mirror
        finally:
            server.shutdown()
            thread.join()
