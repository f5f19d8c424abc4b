"""Answers short requests for predictions on the event loop, bypassing routes and threads."""

import re
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.dependencies import counted_at_once, rate_headers
from api.http import parsing
from api.http.responses import JSON, answer
from api.http.root_path import path_within
from api.routes import predictions as routes
from api.services import predictions
from api.state import AppState
from gradus.errors import GradusError
from gradus.wire.key import Role
from gradus.wire.prediction import PredictRequest

MOST_BYTES = 16 << 10
"""Limit on the body: parsing it takes at most a millisecond."""
_PATH = re.compile(r"/v1/experiments/([^/]+)/predict", re.ASCII)
_OTHER = frozenset({b"transfer-encoding", b"content-encoding", b"prefer", b"expect"})
"""Headers that leave a request to the route."""


class ShortPredictions:
    """Answers rows in JSON at once if everything needed is in memory and still valid: since the last commit, the key
    was used and the model requested, and the network is small. All other requests, including those with mistakes, go to
    the route, which gives the same answers."""

    def __init__(self, app: ASGIApp, state: AppState) -> None:
        self._app = app
        self._state = state
        found = (route for route in routes.router.routes if isinstance(route, APIRoute))
        self._route = next(route for route in found if route.name == routes.predict.__name__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        experiment_id = _asked(scope) if scope["type"] == "http" else None
        counted = None if experiment_id is None else counted_at_once(Request(scope), self._state.authenticator)
        if experiment_id is None or counted is None or not counted[1].allowed:
            return await self._app(scope, receive, send)
        message = await receive()
        caller, rate = counted
        if not message.get("more_body") and message["type"] == "http.request" and caller.role.may(Role.VIEWER):
            response = self._answer(caller.workspace_id, experiment_id, message.get("body", b""))
            if response is not None:
                scope["route"] = self._route
                scope["state"]["rate_headers"] = rate_headers(rate)
                return await response(scope, receive, send)
        return await self._app(scope, _again(message, receive), send)

    def _answer(self, workspace_id: str, experiment_id: str, content: bytes) -> Response | None:
        try:
            request = parsing.read_large(content, PredictRequest)
            state = self._state
            found = predictions.predict_at_once(state.hub, state.models, workspace_id, experiment_id, request)
        except GradusError:
            return None
        return None if found is None else answer(found)


def _asked(scope: Scope) -> str | None:
    """The experiment of a request for predictions with a short JSON body and no further options; else None."""
    if scope["method"] != "POST" or scope["query_string"]:
        return None
    path = _PATH.fullmatch(path_within(scope))
    if path is None:
        return None
    headers: dict[bytes, Any] = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    is_short = length.isdigit() and len(length) < 9 and int(length) <= MOST_BYTES
    is_json = headers.get(b"content-type") == JSON.encode()
    return path[1] if is_short and is_json and not _OTHER & headers.keys() else None


def _again(first: Message, receive: Receive) -> Receive:
    """A `receive` that returns the first message again, then the messages after it."""
    messages = [first]

    async def received() -> Message:
        return messages.pop() if messages else await receive()

    return received
