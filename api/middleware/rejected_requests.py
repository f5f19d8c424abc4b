"""Answers what the server refuses, so that it is counted and has the headers of every other answer."""

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import refused
from api.http.rejection import refusal_of


class RejectedRequests:
    """No route sees such a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = refusal_of(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refused(refusal)(scope, receive, send)
