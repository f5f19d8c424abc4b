"""Security headers for browsers, on every response."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.root_path import path_within

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of responses that are not pages."""
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of pages: no resources of other origins, and no inline scripts."""

SECURITY: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": NOTHING,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
)
_SECURITY = [(name.lower().encode(), value.encode()) for name, value in SECURITY.items()]
_NAMES = frozenset(name for name, _ in _SECURITY)
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_PRIVATE = (b"cache-control", b"private, no-cache")
"""A shared cache must not show one caller's data to another."""


class SecurityHeaders:
    """Adds the security headers that the route has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = secured(scope, message["headers"])
            await send(message)

        return await self._app(scope, receive, with_headers)


def secured(scope: Scope, own: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """A response's own headers, the security headers that are not among them, and those of the rate limit."""
    headers = list(own)
    names = {name for name, _ in headers}
    headers += _SECURITY if _NAMES.isdisjoint(names) else [one for one in _SECURITY if one[0] not in names]
    if scope["scheme"] == "https" and b"strict-transport-security" not in names and not _is_localhost(scope):
        headers.append(_HTTPS_ONLY)
    if b"cache-control" not in names and path_within(scope).startswith("/v1/"):
        headers.append(_PRIVATE)
    headers += scope.get("state", {}).get("rate_headers", ())
    return headers


def _is_localhost(scope: Scope) -> bool:
    """Whether the host is localhost. HSTS would there apply to all programs on all ports."""
    host = dict(scope["headers"]).get(b"host", b"").partition(b":")[0].lower()
    return bool(host == b"localhost" or host.endswith(b".localhost"))
