"""Answers requests that the server rejected, so that they are counted and get the headers of other responses."""

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import rejection_response
from api.http.rejection import rejection_of


class RejectedRequests:
    """Answers a rejected request before it reaches a route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rejection = rejection_of(scope) if scope["type"] == "http" else None
        if rejection is None:
            await self._app(scope, receive, send)
        else:
            await rejection_response(rejection)(scope, receive, send)
