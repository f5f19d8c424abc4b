"""A reverse proxy that serves one service below a path, as nginx, Traefik or JupyterHub do."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

OWN_BUSINESS = frozenset({"connection", "transfer-encoding", "keep-alive"})
"""Headers that a proxy does not pass on, because they concern only one connection."""


@dataclass
class PrefixProxy:
    """The settings of the proxy, and the paths of requests that were not below the prefix."""

    service: str
    prefix: str
    cut: bool = True
    """Whether the proxy removes the prefix from the paths that the service gets."""
    told: str | None = None
    """The value of `X-Forwarded-Prefix`; if None, the header is not sent."""
    host: str = ""
    outside: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The URL of the service for clients."""
        return self.host + self.prefix

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path
        if path != self.prefix and not path.startswith((f"{self.prefix}/", f"{self.prefix}?")):
            self.outside.append(path)
            return request.send_error(404)
        upstream = HTTPConnection(urlsplit(self.service).netloc, timeout=60)
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        upstream.request(request.command, self._passed(path), body, self._headers(request))
        answer = upstream.getresponse()
        request.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in OWN_BUSINESS:
                request.send_header(name, value)
        request.send_header("Connection", "close")
        request.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever listened has left
            while part := answer.read1(1 << 16):
                request.wfile.write(part)
        upstream.close()
        return None

    def _passed(self, path: str) -> str:
        rest = path[len(self.prefix) :] if self.cut else path
        return rest if rest.startswith("/") else f"/{rest}"

    def _headers(self, request: BaseHTTPRequestHandler) -> dict[str, str]:
        kept = {name: value for name, value in request.headers.items() if name.lower() not in OWN_BUSINESS}
        told = {} if self.told is None else {"X-Forwarded-Prefix": self.told}
        return kept | told | {"X-Forwarded-For": request.client_address[0], "Connection": "close"}


@contextmanager
def running_proxy(service: str, prefix: str, *, cut: bool = True, told: str | None = None) -> Iterator[PrefixProxy]:
    """Run the proxy until the block ends."""
    proxy = PrefixProxy(service, prefix, cut, told)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):
                super().handle_one_request()
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print no lines about requests."""

        def do_GET(self) -> None:
            proxy.answer(self)

        do_HEAD = do_POST = do_PATCH = do_DELETE = do_PUT = do_GET  # noqa: N815

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxy.host = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
