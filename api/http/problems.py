"""From errors to HTTP: every error becomes an RFC 9457 problem document."""

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

from api.http.known_paths import Addresses
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
from gradus.wire.problem import Mistake, Problem, place_within, stood
from gradus.wire.wording import sentence
from hub.database import schema_version
from hub.database.disk_space import NO_ROOM
from hub.environment_errors import disk_full
from hub.hub import Hub

MEDIA_TYPE = "application/problem+json"
_AWAY = (database.OperationalError, database.InterfaceError, database.TimeoutError)
logger = logging.getLogger(__name__)

_HEADERS: dict[type[GradusError], dict[str, str]] = {
    ServerFault: dict(SECURITY),  # this answer is made outside of every middleware
    TooLarge: {"Connection": "close"},  # the rest of such a body is not worth reading
    UnsupportedMedia: {"Accept-Encoding": "identity"},  # as RFC 9110, 15.5.16 has it
    Unauthorized: {"WWW-Authenticate": 'Bearer realm="gradus"'},
    Unavailable: {"Retry-After": "1"},
}

CLIENT_CLOSED_REQUEST = 499
"""As nginx counts it."""
_PARAMETERS = {
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "string_pattern_mismatch": "has a character that is not allowed",
}
"""What pydantic says of texts that stand for something else."""


def install(app: FastAPI, addresses: Addresses, nowhere: Callable[[Request], Response | None]) -> None:
    """Let the application answer every error with a problem. `nowhere` has a page for people at unknown addresses."""

    async def address(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        page = nowhere(request) if error.status_code == HTTPStatus.NOT_FOUND else None
        return page or _address(request, error, addresses)

    app.add_exception_handler(GradusError, _known)
    app.add_exception_handler(Rejection, _refused)
    app.add_exception_handler(ClientDisconnect, _left)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(HTTPException, address)
    for kind in (database.DBAPIError, database.TimeoutError):
        app.add_exception_handler(kind, _database)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(Exception, _fault)


def respond(error: GradusError, headers: Mapping[str, str] | None = None) -> Response:
    """The error's document."""
    return _rendered(error.problem(), headers or _headers(error))


def _headers(error: GradusError) -> Mapping[str, str] | None:
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after)}
    return _HEADERS.get(type(error))


def _rendered(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return Response(problem.model_dump_json(), problem.status, headers, MEDIA_TYPE)


async def _known(_: Request, error: Exception) -> Response:
    assert isinstance(error, GradusError)
    return respond(error)


def refused(refusal: Rejection) -> Response:
    """The answer to a request that the server did not read to its end."""
    return _rendered(refusal.problem(), {"Connection": "close", **refusal.headers})


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Rejection)
    return refused(error)


async def _left(_: Request, __: Exception) -> Response:
    """The client hung up in the middle of its request. Nobody gets this answer: it is for those who count."""
    return Response(status_code=CLIENT_CLOSED_REQUEST)


async def _parameters(_: Request, error: Exception) -> Response:
    """A parameter or a header that does not fit its type."""
    assert isinstance(error, RequestValidationError)
    wrong = [_mistake(detail) for detail in error.errors()]
    detail = "; ".join(f"{mistake.path}: {mistake.message}".removeprefix(": ") for mistake in wrong)
    return respond(BadRequest(detail, code="invalid_parameter", errors=wrong))


def _mistake(detail: ErrorDetails) -> Mistake:
    name = "/".join([*map(str, detail["loc"][1:]), *place_within(detail)])
    message = f"must be {detail['ctx']['expected']}" if detail["type"] == "enum" else _PARAMETERS.get(detail["type"])
    value = stood(detail)
    return Mistake(
        path=name, message=message or sentence(detail, name), input=None if value is None else str(value)[:500]
    )


def _address(request: Request, error: HTTPException, addresses: Addresses) -> Response:
    """What Starlette refuses by itself: an unknown address, a method that an address does not have."""
    path = path_within(request.scope)
    if error.status_code == HTTPStatus.NOT_FOUND:
        near, root = addresses.nearest(path), root_of(request)
        place = f"there is nothing at {request.scope['path'][:200]}"
        return respond(NotFound(f"{place}: did you mean {root}{near}?" if near else place))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(addresses.methods(path)) or "GET, HEAD"  # what is not the API's is the docs page's
        return respond(MethodNotAllowed(f"{request.method} is not possible here, only {allowed}"), {"Allow": allowed})
    title = HTTPStatus(error.status_code).phrase
    code = title.lower().replace(" ", "_")
    problem = Problem(
        type=f"urn:gradus:problem:{code}", title=title, status=error.status_code, detail=error.detail, code=code
    )
    return _rendered(problem, error.headers)


async def _database(request: Request, error: Exception) -> Response:
    """A database that does not answer, or with other tables than this code knows; else it is our fault."""
    hub: Hub = request.app.state.app_state.hub
    if disk_full(error):
        logger.error("the disk is full: %s", error)
        return respond(Unavailable(NO_ROOM, code="disk_full"), {"Retry-After": "120"})
    if wrong := await run_in_threadpool(_mismatch, hub, error):
        logger.error("%s", wrong)
        return respond(Unavailable(wrong, code="database_schema"))
    if not isinstance(error, _AWAY):
        raise error
    logger.warning("the database does not answer: %s", error)
    return respond(Unavailable("the database does not answer; try again in a moment", code="database_unavailable"))


async def _system(_: Request, error: Exception) -> Response:
    """A disk without room; every other trouble of the system is our fault."""
    if not disk_full(error):
        raise error
    logger.error("the disk is full: %s", error)
    return respond(Unavailable(NO_ROOM, code="disk_full"), {"Retry-After": "120"})


def _mismatch(hub: Hub, error: Exception) -> str | None:
    """Why this code cannot work with the database's schema, if that may be what the error comes from.

    Only SQLite says of a missing table what it says when it is away; a Postgres that is away is not asked again.
    """
    if isinstance(error, _AWAY) and hub.database.engine.dialect.name != "sqlite":
        return None
    try:
        with hub.read() as session:
            return schema_version.mismatch(session)
    except database.SQLAlchemyError:
        return None


async def _fault(_: Request, __: Exception) -> Response:
    """Starlette raises the exception again after this answer, and the server logs it."""
    return respond(ServerFault("Gradus has made a mistake; its log says more"))
