"""Rejections: the server refuses malformed, oversized and slow requests before any route sees them."""

from typing import Any

from gradus.wire.problem import Problem

_KEY = "rejection"
"""Key in the ASGI state under which the server passes a rejection to the application."""
TITLES = {
    400: "Bad request",
    408: "Request timeout",
    414: "URI too long",
    431: "Request header fields too large",
    499: "Client closed request",
    501: "Not implemented",
    503: "Unavailable",
    505: "HTTP version not supported",
}
_RETRYABLE = frozenset({408, 503})


class Rejection(Exception):
    """A rejected request. The server reads no further and closes the connection after the response."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail

    @property
    def headers(self) -> dict[str, str]:
        """Additional headers of the response."""
        return {"Retry-After": "1"} if self.status in _RETRYABLE else {}

    def problem(self) -> Problem:
        """The RFC 9457 problem document."""
        return Problem(
            type=f"urn:gradus:problem:{self.code}",
            title=TITLES[self.status],
            status=self.status,
            detail=self.detail,
            code=self.code,
        )


def refuse(scope: Any, rejection: Rejection) -> None:
    """Make the application answer this request with the rejection."""
    scope["state"][_KEY] = rejection


def rejection_of(scope: Any) -> Rejection | None:
    """The rejection of this request, if any."""
    found: Rejection | None = scope.get("state", {}).get(_KEY)
    return found
