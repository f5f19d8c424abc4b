"""The path prefix under which a proxy serves the API. The proxy sends it, or it is set at startup.

The middleware writes the prefix to `root_path` of the ASGI scope and lets `path` start with it, whether or not the
proxy has removed it. All URLs that the service returns start with it: `Location`, links in pages, the OpenAPI
document's server, the path of cookies.
"""

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gradus.root_path import escaped, root_path

TRUSTED = "127.0.0.1"
"""Default addresses whose `X-Forwarded-…` headers are trusted."""


def path_within(scope: Scope) -> str:
    """The path of the request within the service."""
    return _below(scope.get("root_path", ""), scope["path"])


def root_of(request: Request) -> str:
    """The path prefix under which the client reached the service, escaped; "" without a prefix."""
    return escaped(request.scope.get("app_root_path", request.scope.get("root_path", "")))


class Prefix:
    """Middleware that applies a trusted proxy's headers: the client's address, the scheme and the path prefix."""

    def __init__(self, app: ASGIApp, root_path: str, trusted: str) -> None:
        self._app = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            root = self._forwarded_prefix(scope) or self._root_path or scope.get("root_path", "")
            scope.update(root_path=root, path=root + _below(root, scope["path"]))
            send = _with_root_in_location(send, escaped(root)) if root else send
        await self._app(scope, receive, send)  # type: ignore[arg-type]

    def _forwarded_prefix(self, scope: Scope) -> str | None:
        """The prefix in `X-Forwarded-Prefix`, if a trusted proxy sent exactly one."""
        values = [value for name, value in scope["headers"] if name == b"x-forwarded-prefix"]
        return root_path(values[0].decode("latin-1")) if len(values) == 1 and self._trusts(scope["client"]) else None

    def _trusts(self, client: tuple[str, int] | None) -> bool:
        """Whether the client is a trusted proxy. Port 0 means that the address does not come from a socket: a server
        in front of this middleware has applied the headers of a trusted proxy already."""
        return (client is not None and client[1] == 0) or (client and client[0]) in self._app.trusted_hosts


def _below(root: str, path: str) -> str:
    """The path without the prefix `root`, if it starts with it."""
    return path[len(root) :] or "/" if path == root or path.startswith(f"{root}/") else path


def _with_root_in_location(send: Send, root: str) -> Send:
    """A `send` that puts the prefix in front of `Location`, which routes set without it."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if headers.get("location", "").startswith("/"):
                headers["location"] = root + headers["location"]
            message["headers"] = headers.raw
        await send(message)

    return sending
