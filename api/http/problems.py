"""Error handlers: every error becomes an RFC 9457 problem document."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import exc as database
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http.known_paths import KnownPaths
from api.http.rejection import Rejection
from api.http.root_path import path_within, root_of
from api.middleware.security_headers import SECURITY
from gradus.errors import (
    BadRequest,
    GradusError,
    MethodNotAllowed,
    NotFound,
    ServerFault,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnsupportedMedia,
)
from gradus.pointer import pointer
from gradus.wire.mistakes import place_within, stood
from gradus.wire.problem import Mistake, Problem
from gradus.wire.wording import sentence
from hub.artifacts.objects import StoreAway
from hub.database import schema_version
from hub.database.disk_space import NO_ROOM
from hub.disk_full import disk_full
from hub.hub import Hub

MEDIA_TYPE = "application/problem+json"
_UNREACHABLE = (database.OperationalError, database.InterfaceError, database.TimeoutError)
logger = logging.getLogger(__name__)

_HEADERS: dict[type[GradusError], dict[str, str]] = {
    ServerFault: dict(SECURITY),  # this response does not pass through the middleware
    TooLarge: {"Connection": "close"},  # do not read the rest of the body
    UnsupportedMedia: {"Accept-Encoding": "identity"},  # RFC 9110, 15.5.16
    Unauthorized: {"WWW-Authenticate": 'Bearer realm="gradus"'},
    Unavailable: {"Retry-After": "1"},
}

CLIENT_CLOSED_REQUEST = 499
"""Nginx's status for a client that disconnected before the response."""
_PARAMETERS = {
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "string_pattern_mismatch": "has a character that is not allowed",
}
"""Replaces pydantic's messages about the parsing of query strings."""


INFERENCE = "/v2/"
"""Paths of the Open Inference Protocol, whose clients look for `error` in a problem."""


def install(app: FastAPI, known_paths: KnownPaths, not_found_page: Callable[[Request], Response | None]) -> None:
    """Make the application answer every error with a problem. `not_found_page` returns a page for people, or None."""

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        page = not_found_page(request) if error.status_code == HTTPStatus.NOT_FOUND else None
        return page or _on_http_error(request, error, known_paths)

    app.add_exception_handler(GradusError, _on_gradus_error)
    app.add_exception_handler(Rejection, _on_rejection)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(RequestValidationError, _on_parameter_error)
    app.add_exception_handler(HTTPException, on_http_error)
    for kind in (database.DBAPIError, database.TimeoutError):
        app.add_exception_handler(kind, _on_database_error)
    app.add_exception_handler(OSError, _on_os_error)
    app.add_exception_handler(Exception, _on_unexpected_error)


def respond(error: GradusError, headers: Mapping[str, str] | None = None) -> Response:
    """The problem response for an error."""
    return _rendered(error.problem(), headers or _headers(error))


def _headers(error: GradusError) -> Mapping[str, str] | None:
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after)}
    return next((headers for kind, headers in _HEADERS.items() if isinstance(error, kind)), None)


def _rendered(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return Response(problem.model_dump_json(), problem.status, headers, MEDIA_TYPE)


async def _on_gradus_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GradusError)
    if not path_within(request.scope).startswith(INFERENCE):
        return respond(error)
    return _rendered(error.problem().model_copy(update={"error": error.detail}), _headers(error))


def rejection_response(rejection: Rejection) -> Response:
    """The response to a request that the server rejected before reading it completely."""
    return _rendered(rejection.problem(), {"Connection": "close", **rejection.headers})


async def _on_rejection(_: Request, error: Exception) -> Response:
    assert isinstance(error, Rejection)
    return rejection_response(error)


async def _on_disconnect(_: Request, __: Exception) -> Response:
    """The client disconnected in the middle of its request. This response only sets the status for the metrics."""
    return Response(status_code=CLIENT_CLOSED_REQUEST)


async def _on_parameter_error(_: Request, error: Exception) -> Response:
    """A query parameter or a header is invalid."""
    assert isinstance(error, RequestValidationError)
    mistakes = [_mistake(detail) for detail in error.errors()]
    detail = "; ".join(f"{mistake.path}: {mistake.message}".removeprefix(": ") for mistake in mistakes)
    return respond(BadRequest(detail, code="invalid_parameter", errors=mistakes))


def _mistake(detail: ErrorDetails) -> Mistake:
    name = pointer([*map(str, detail["loc"][1:]), *place_within(detail)])
    message = f"must be {detail['ctx']['expected']}" if detail["type"] == "enum" else _PARAMETERS.get(detail["type"])
    value = stood(detail)
    return Mistake(
        path=name, message=message or sentence(detail, name), input=None if value is None else str(value)[:500]
    )


def _on_http_error(request: Request, error: HTTPException, known_paths: KnownPaths) -> Response:
    """Errors that Starlette raises itself: an unknown path, or a method that the path does not have."""
    path = path_within(request.scope)
    if error.status_code == HTTPStatus.NOT_FOUND:
        near, root = known_paths.nearest(path), root_of(request)
        place = f"not found: {request.scope['path'][:200]}"
        return respond(NotFound(f"{place}; did you mean {root}{near}?" if near else place))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(known_paths.methods(path)) or "GET, HEAD"  # other paths are static pages
        return respond(MethodNotAllowed(f"{request.method} is not allowed here, only {allowed}"), {"Allow": allowed})
    title = HTTPStatus(error.status_code).phrase
    code = title.lower().replace(" ", "_")
    problem = Problem(
        type=f"urn:gradus:problem:{code}", title=title, status=error.status_code, detail=error.detail, code=code
    )
    return _rendered(problem, error.headers)


async def _on_database_error(request: Request, error: Exception) -> Response:
    """The disk is full, the database is unreachable, or its schema version does not fit. Other errors are our fault."""
    hub: Hub = request.app.state.app_state.hub
    if disk_full(error):
        logger.error("the disk is full: %s", error)
        return respond(Unavailable(NO_ROOM, code="disk_full"), {"Retry-After": "120"})
    if mismatch := await run_in_threadpool(_schema_mismatch, hub, error):
        logger.error("%s", mismatch)
        return respond(Unavailable(mismatch, code="database_schema"))
    if not isinstance(error, _UNREACHABLE):
        raise error
    logger.warning("the database does not answer: %s", error)
    return respond(Unavailable("the database does not answer: retry in a few seconds", code="database_unavailable"))


async def _on_os_error(_: Request, error: Exception) -> Response:
    """The disk is full, or the artifact store is unavailable. Other errors of the operating system are our fault."""
    if isinstance(error, StoreAway):
        logger.warning("%s", error)
        message = "the artifact store does not answer: retry in a few seconds"
        return respond(Unavailable(message, code="store_unavailable"), {"Retry-After": "5"})
    if not disk_full(error):
        raise error
    logger.error("the disk is full: %s", error)
    return respond(Unavailable(NO_ROOM, code="disk_full"), {"Retry-After": "120"})


def _schema_mismatch(hub: Hub, error: Exception) -> str | None:
    """Why this code cannot work with the database's schema, if that may have caused the error.

    An unreachable Postgres has its own kind of error and is not queried. SQLite raises the same kind for a missing
    table
    as for an unreachable file.
    """
    if isinstance(error, _UNREACHABLE) and hub.database.engine.dialect.name != "sqlite":
        return None
    try:
        with hub.read() as session:
            return schema_version.mismatch(session)
    except database.SQLAlchemyError:
        return None


async def _on_unexpected_error(_: Request, __: Exception) -> Response:
    """Starlette raises the exception again after this response, and the server logs it."""
    return respond(ServerFault("internal error: see the service's log"))
