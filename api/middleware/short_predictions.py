"""Answers short requests for predictions, rows in JSON for a small network, without the routes.

All other requests, including those with mistakes, go to the route, which gives the same answers.
"""

import re
import time
from functools import cached_property

from fastapi import Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.credentials import bearer_of
from api.auth.dependencies import Counted, counted_before, rate_headers, remember
from api.http import parsing
from api.http.rejection import rejection_of
from api.http.responses import JSON
from api.http.root_path import path_within
from api.middleware.event_loop_turns import EventLoopTurns
from api.middleware.fault_log import FaultLog
from api.middleware.security_headers import secured
from api.routes import predictions as routes
from api.services import predictions
from api.state import AppState
from gradus.errors import GradusError
from gradus.wire.key import Role
from gradus.wire.prediction import PredictRequest
from hub.database.database import DATABASE_AWAY

MOST_BYTES = 16 << 10
"""Limit on the body: parsing it takes at most a millisecond, or a few to find that it has mistakes."""
_PATH = re.compile(r"/v1/experiments/([^/]+)/predict", re.ASCII)
TOLD_BY_ROUTE = (GradusError, *DATABASE_AWAY)
"""Errors that the route raises as well, and reports."""
_OTHER = frozenset({b"transfer-encoding", b"content-encoding", b"prefer", b"expect"})
"""Headers that leave a request to the route."""
_JSON = JSON.encode()
_SHORT = "short_prediction"
"""Key in the ASGI state under which a request is kept once it has been read."""
_ROUTE = next(
    route for route in routes.router.routes if isinstance(route, APIRoute) and route.name == routes.predict.__name__
)


class _Short:
    """A short request: the experiment, the key of the caller, and the body."""

    def __init__(self, experiment_id: str, key: str, content: bytes) -> None:
        self.experiment_id, self.key, self._content = experiment_id, key, content

    @cached_property
    def request(self) -> PredictRequest | None:
        """The parsed body; None if it has too many values to be answered here, or contains mistakes. Explaining
        mistakes takes too long for the event loop, so the route does it."""
        try:
            request = PredictRequest.model_validate(parsing.parse_any(self._content))
        except (GradusError, ValidationError):
            return None
        return request if predictions.has_few_values(request) else None


class KnownPredictions:
    """Answers on the event loop if everything needed is in memory and still valid: since the last commit, the key was
    used and the model requested. Stands in front of the other middleware, whose work it does itself."""

    def __init__(self, app: ASGIApp, state: AppState) -> None:
        self._app = app
        self._state = state
        self._turns = EventLoopTurns()
        self._faults = FaultLog(state.prometheus)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope) if scope["type"] == "http" else None
        if asked is None:
            return await self._app(scope, receive, send)
        began = time.perf_counter()
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            short = _Short(*asked, message.get("body", b""))
            waiter = self._turns.begin(short.key)
            if waiter is not None:
                await waiter
            content = self._answer(scope, short)
            if content is not None:
                headers = secured(scope, [(b"content-length", b"%d" % len(content)), (b"content-type", _JSON)])
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": content})
                return self._state.prometheus.count("POST", _ROUTE.path, 200, time.perf_counter() - began)
            scope.setdefault("state", {})[_SHORT] = short
        return await self._app(scope, _again(message, receive), send)

    def _answer(self, scope: Scope, short: _Short) -> bytes | None:
        try:
            return self._found(scope, short)
        except TOLD_BY_ROUTE:
            return None
        except Exception as error:
            self._faults.add(error)
            return None

    def _found(self, scope: Scope, short: _Short) -> bytes | None:
        state = self._state
        version = state.hub.changes.version()
        caller = None if version is None else state.authenticator.known_at(version, short.key)
        rate = None if caller is None else state.authenticator.count_at_once(caller)
        if version is None or caller is None or rate is None:
            return None
        remember(scope, (caller, rate))
        if not _may_ask((caller, rate)):
            return None
        request = short.request
        if request is None:
            return None
        found = predictions.predict_at_once(state.models, version, caller.workspace_id, short.experiment_id, request)
        scope["state"]["rate_headers"] = rate_headers(rate)
        return found


class LookedUpPredictions:
    """Answers in one thread if only the database and Redis must be asked: the key is valid, and the model is loaded."""

    def __init__(self, app: ASGIApp, state: AppState) -> None:
        self._app = app
        self._state = state
        self._faults = FaultLog(state.prometheus)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        short: _Short | None = scope.get("state", {}).get(_SHORT)
        request = None if short is None else short.request
        if short is None or request is None:
            return await self._app(scope, receive, send)
        counted, content = await run_in_threadpool(self._answer, short, request, counted_before(scope))
        if counted is not None:
            remember(scope, counted)
        if counted is None or content is None:
            return await self._app(scope, receive, send)
        scope["route"] = _ROUTE
        scope["state"]["rate_headers"] = rate_headers(counted[1])
        return await Response(content, media_type=JSON)(scope, receive, send)

    def _answer(
        self, short: _Short, request: PredictRequest, counted: Counted | None
    ) -> tuple[Counted | None, bytes | None]:
        try:
            counted = counted or self._counted(short.key)
            if counted is None or not _may_ask(counted):
                return counted, None
            return counted, self._found(counted[0].workspace_id, short.experiment_id, request)
        except TOLD_BY_ROUTE:
            return counted, None
        except Exception as error:
            self._faults.add(error)
            return counted, None

    def _counted(self, key: str) -> Counted | None:
        authenticator, version = self._state.authenticator, self._state.hub.changes.version()
        known = None if version is None else authenticator.known_at(version, key)
        caller = known or authenticator.bearer(key)
        return None if caller is None else (caller, authenticator.count(caller))

    def _found(self, workspace_id: str, experiment_id: str, request: PredictRequest) -> bytes | None:
        hub, models = self._state.hub, self._state.models
        version, asked = hub.changes.version(), (workspace_id, experiment_id, request)
        found = None if version is None else predictions.predict_at_once(models, version, *asked)
        return found or predictions.predict_loaded(hub, models, *asked)


def _may_ask(counted: Counted) -> bool:
    caller, rate = counted
    return rate.allowed and caller.role.may(Role.VIEWER)


def _asked(scope: Scope) -> tuple[str, str] | None:
    """The experiment and the key of a request for predictions with a short JSON body and no further options."""
    if scope["method"] != "POST" or scope["query_string"]:
        return None
    path = _PATH.fullmatch(path_within(scope))
    if path is None or rejection_of(scope) is not None:
        return None
    headers: dict[bytes, bytes] = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    is_short = length.isdigit() and len(length) < 9 and int(length) <= MOST_BYTES
    is_plain = headers.get(b"content-type") == _JSON and len(headers) == len(scope["headers"])
    if not is_short or not is_plain or not _OTHER.isdisjoint(headers):
        return None
    key = bearer_of(headers.get(b"authorization", b"").decode("latin-1"))
    return None if key is None else (path[1], key)


def _again(first: Message, receive: Receive) -> Receive:
    """A `receive` that returns the first message again, then the messages after it."""
    messages = [first]

    async def received() -> Message:
        return messages.pop() if messages else await receive()

    return received
