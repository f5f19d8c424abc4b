"""Headers that tell browsers to keep apart what does not belong together, on every answer."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.root_path import path_within

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of answers that are no pages."""
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""The policy of pages: nothing from elsewhere, and no script inside the page itself."""

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
    """Adds them, where the route has not set its own."""

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
                if path_within(scope).startswith("/v1/"):  # what one may see, no shared cache may show to another
                    headers.setdefault("Cache-Control", "private, no-cache")
                headers.update(scope.get("state", {}).get("rate_headers", {}))
                message["headers"] = headers.raw
            await send(message)

        return await self._app(scope, receive, secured)


def _is_localhost(scope: Scope) -> bool:
    """What is told of `localhost` holds for every program at every port there."""
    host = dict(scope["headers"]).get(b"host", b"").partition(b":")[0].lower()
    return bool(host == b"localhost" or host.endswith(b".localhost"))
