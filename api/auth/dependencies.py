"""The caller as a dependency of routes. Reading requires the role viewer, changing requires editor."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from api.auth.authentication import Authenticator
from api.auth.credentials import COOKIE, RequestCredentials
from api.auth.csrf import is_change
from api.state import StateDep
from gradus.errors import Forbidden, TooManyRequests
from gradus.wire.key import Role
from hub.access.keys import Caller
from hub.access.rate_limits import WINDOW_SECONDS, RateLimitStatus
from hub.tables import DEFAULT_WORKSPACE

_Key = Annotated[object, Security(HTTPBearer(scheme_name="key", description="An API key, `gk_…`.", auto_error=False))]
_Session = Annotated[
    object,
    Security(
        APIKeyCookie(
            name=COOKIE,
            scheme_name="session",
            description="A browser session; the cookie is named `gradus_session_PORT` if the URL has a port.",
            auto_error=False,
        )
    ),
]
"""Declared only for the OpenAPI document: `Authenticator` reads the headers itself."""


async def _anyone(request: Request, state: StateDep, _: _Key, __: _Session) -> Caller:
    """The caller, with any role."""
    counted = counted_before(request.scope) or _counted_at_once(request, state.authenticator)
    if counted is None:
        counted = await run_in_threadpool(_counted, state.authenticator, RequestCredentials(request))
    caller, rate = counted
    request.state.rate_headers = rate_headers(rate)
    if not rate.allowed:
        raise TooManyRequests(
            f"rate limit reached: {rate.limit:,} requests a minute for this workspace",
            code="rate_limited",
            retry_after=rate.reset_seconds,
        )
    return caller


Counted = tuple[Caller, RateLimitStatus]
"""A caller, and its rate limit after this request."""


def remember(scope: Scope, counted: Counted) -> None:
    """Keep the caller of a request that middleware has identified and counted: a request counts once."""
    scope.setdefault("state", {})["counted"] = counted


def counted_before(scope: Scope) -> Counted | None:
    """The caller and its rate limit that `remember` has kept; None if there is none."""
    counted: Counted | None = scope.get("state", {}).get("counted")
    return counted


def _counted_at_once(request: Request, authenticator: Authenticator) -> Counted | None:
    """The caller and its rate limit, without waiting, if its key was used since the last commit; None if the database
    or Redis must be asked."""
    caller = authenticator.known(RequestCredentials(request))
    rate = None if caller is None else authenticator.count_at_once(caller)
    return None if caller is None or rate is None else (caller, rate)


def _counted(authenticator: Authenticator, credentials: RequestCredentials) -> Counted:
    caller = authenticator.known(credentials) or authenticator.authenticate(credentials)
    return caller, authenticator.count(caller)


AnyCaller = Annotated[Caller, Depends(_anyone)]


async def permitted(request: Request, caller: AnyCaller) -> Caller:
    """The caller, if its role permits the method."""
    changes = is_change(request) and not _is_question(request) and not _is_preview(request)
    _require(caller, Role.EDITOR if changes else Role.VIEWER)
    return caller


_QUESTIONS = {
    ("POST", "/v1/lab/{demonstration}"),
    ("POST", "/v1/probes"),
    ("POST", "/v1/experiments/{experiment_id}/predict"),
    ("POST", "/v1/experiments/{experiment_id}/pictures/activations.png"),
    ("POST", "/v1/experiments/{experiment_id}/pictures/activations"),
    ("POST", "/v1/experiments/{experiment_id}/predict/history"),
    ("POST", "/v1/sweeps/{sweep_id}/predict"),
    ("POST", "/v2/models/{model}/infer"),
    ("POST", "/v2/models/{model}/versions/{version}/infer"),
}
_WITH_PREVIEW = {("POST", "/v1/experiments"), ("POST", "/v1/datasets")}


def _is_question(request: Request) -> bool:
    """Whether the request only computes something, changes nothing, and is therefore open to viewers."""
    return (request.method, request.scope["route"].path) in _QUESTIONS


def _is_preview(request: Request) -> bool:
    """Whether the request is a dry run, which stores nothing and is therefore open to viewers."""
    is_creation = (request.method, request.scope["route"].path) in _WITH_PREVIEW
    return is_creation and request.query_params.getlist("dry_run") == ["true"]


async def _admin(caller: AnyCaller) -> Caller:
    _require(caller, Role.ADMIN)
    return caller


async def _operator(admin: Annotated[Caller, Depends(_admin)]) -> Caller:
    """An operator: an admin of the default workspace. Only operators see facts about the whole service."""
    if admin.workspace_id != DEFAULT_WORKSPACE:
        raise Forbidden(f"this requires an admin key of the workspace '{DEFAULT_WORKSPACE}'", code="role")
    return admin


CallerDep = Annotated[Caller, Depends(permitted)]
Admin = Annotated[Caller, Depends(_admin)]
Operator = Annotated[Caller, Depends(_operator)]


def _require(caller: Caller, needed: Role) -> None:
    if not caller.role.may(needed):
        raise Forbidden(f"this requires the role '{needed}'; this key has the role '{caller.role}'", code="role")


def rate_headers(rate: RateLimitStatus) -> list[tuple[bytes, bytes]]:
    """The headers of draft-ietf-httpapi-ratelimit-headers-10, for ASGI."""
    return [
        (b"ratelimit-policy", b'"workspace";q=%d;w=%d' % (rate.limit, WINDOW_SECONDS)),
        (b"ratelimit", b'"workspace";r=%d;t=%d' % (rate.remaining, rate.reset_seconds)),
    ]
