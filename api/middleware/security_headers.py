"""Security headers for browsers, on every response."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.datastructures import MutableHeaders
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
_HTTPS_ONLY = "max-age=31536000"


class SecurityHeaders:
    """Adds the security headers that the route has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https" and not _is_localhost(scope):
                    headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)
                if path_within(scope).startswith("/v1/"):  # a shared cache must not show one caller's data to another
                    headers.setdefault("Cache-Control", "private, no-cache")
                headers.update(scope.get("state", {}).get("rate_headers", {}))
                message["headers"] = headers.raw
            await send(message)

        return await self._app(scope, receive, secured)


def _is_localhost(scope: Scope) -> bool:
    """Whether the host is localhost. HSTS would there apply to all programs on all ports."""
    host = dict(scope["headers"]).get(b"host", b"").partition(b":")[0].lower()
    return bool(host == b"localhost" or host.endswith(b".localhost"))
