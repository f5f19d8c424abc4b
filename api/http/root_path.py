"""The path below which the service lives, where a proxy gives it one: told by the proxy or at the start.

From here on it is `root_path` of the ASGI scope, and `path` begins with it, whether or not the proxy has cut it off.
It goes into every address that the service gives out: `Location`, links of pages, the document's server, cookies.
"""

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gradus.root_path import escaped, root_path

TRUSTED = "127.0.0.1"
"""Whose `X-Forwarded-…` headers are believed where nothing else is said."""


def path_within(scope: Scope) -> str:
    """The path of the request within the service."""
    return _below(scope.get("root_path", ""), scope["path"])


def root_of(request: Request) -> str:
    """The path below which the request's client finds the service, escaped; "" at the top."""
    return escaped(request.scope.get("app_root_path", request.scope.get("root_path", "")))


class Prefix:
    """Believes what a trusted proxy says of a request: who sent it, by which scheme, and below which path."""

    def __init__(self, app: ASGIApp, root_path: str, trusted: str) -> None:
        self._app = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            root = self._told(scope) or self._root_path or scope.get("root_path", "")
            scope.update(root_path=root, path=root + _below(root, scope["path"]))
            send = _located(send, escaped(root)) if root else send
        await self._app(scope, receive, send)  # type: ignore[arg-type]

    def _told(self, scope: Scope) -> str | None:
        """What the proxy says, if it is one that is believed, and says it once."""
        told = [value for name, value in scope["headers"] if name == b"x-forwarded-prefix"]
        return root_path(told[0].decode("latin-1")) if len(told) == 1 and self._believed(scope["client"]) else None

    def _believed(self, client: tuple[str, int] | None) -> bool:
        """A client without a port is none of a socket: a server outside of this has believed the proxy already."""
        return (client is not None and client[1] == 0) or (client and client[0]) in self._app.trusted_hosts


def _below(root: str, path: str) -> str:
    """The path within the service, of one that may begin with the root."""
    return path[len(root) :] or "/" if path == root or path.startswith(f"{root}/") else path


def _located(send: Send, root: str) -> Send:
    """Sends with the root in front of `Location`, which routes give as a path of the service."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if headers.get("location", "").startswith("/"):
                headers["location"] = root + headers["location"]
            message["headers"] = headers.raw
        await send(message)

    return sending
