"""What the server refuses before any route sees it: a request that is no valid HTTP, too long or too slow."""

from typing import Any

from gradus.wire.problem import Problem

_KEY = "refusal"
"""Of the request's state, by which the server tells the application."""
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
_WORTH_ANOTHER = frozenset({408, 503})


class Rejection(Exception):
    """A request that is not worth reading on; the connection ends with the answer."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail

    @property
    def headers(self) -> dict[str, str]:
        """Of the answer."""
        return {"Retry-After": "1"} if self.status in _WORTH_ANOTHER else {}

    def problem(self) -> Problem:
        """The RFC 9457 document of it."""
        return Problem(
            type=f"urn:gradus:problem:{self.code}",
            title=TITLES[self.status],
            status=self.status,
            detail=self.detail,
            code=self.code,
        )


def refuse(scope: Any, refusal: Rejection) -> None:
    """Let the application answer this request with the refusal."""
    scope["state"][_KEY] = refusal


def refusal_of(scope: Any) -> Rejection | None:
    """Why the server refuses this request, if it does."""
    found: Rejection | None = scope.get("state", {}).get(_KEY)
    return found
