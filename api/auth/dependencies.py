"""Who calls, as routes ask for it. Reading needs a viewer, changing an editor."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from api.auth.credentials import COOKIE, RequestCredentials
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
            description="A browser's session; `gradus_session_PORT` where the address names a port.",
            auto_error=False,
        )
    ),
]
"""For the OpenAPI document: the door reads the headers itself."""


def _anyone(request: Request, state: StateDep, _: _Key, __: _Session) -> Caller:
    """Whoever has a key, of any role."""
    caller = state.authenticator.authenticate(RequestCredentials(request))
    rate = state.authenticator.count(caller)
    request.state.rate_headers = _rate_headers(rate)
    if not rate.allowed:
        raise TooManyRequests(
            f"this workspace may make {rate.limit:,} requests a minute, and has",
            code="rate_limited",
            retry_after=rate.reset_seconds,
        )
    return caller


AnyCaller = Annotated[Caller, Depends(_anyone)]


async def permitted(request: Request, caller: AnyCaller) -> Caller:
    """The caller, whose role allows what the method does."""
    _require(caller, Role.EDITOR if RequestCredentials(request).changes and not _is_preview(request) else Role.VIEWER)
    return caller


def _is_preview(request: Request) -> bool:
    """Whether it is a dry run of one experiment: it stores nothing, and tells a network's layers."""
    is_creation = (request.method, request.scope["route"].path) == ("POST", "/v1/experiments")
    return is_creation and request.query_params.getlist("dry_run") == ["true"]


async def _admin(caller: AnyCaller) -> Caller:
    _require(caller, Role.ADMIN)
    return caller


async def _operator(admin: Annotated[Caller, Depends(_admin)]) -> Caller:
    """What is told of the whole service is for those who run it: the admins of the workspace that was there first."""
    if admin.workspace_id != DEFAULT_WORKSPACE:
        raise Forbidden(f"this needs an admin's key of the workspace '{DEFAULT_WORKSPACE}'", code="role")
    return admin


CallerDep = Annotated[Caller, Depends(permitted)]
Admin = Annotated[Caller, Depends(_admin)]
Operator = Annotated[Caller, Depends(_operator)]


def _require(caller: Caller, needed: Role) -> None:
    if not caller.role.may(needed):
        raise Forbidden(f"this needs a key of the role '{needed}', and this one is of '{caller.role}'", code="role")


def _rate_headers(rate: RateLimitStatus) -> dict[str, str]:
    """As draft-ietf-httpapi-ratelimit-headers-10 has them."""
    return {
        "RateLimit-Policy": f'"workspace";q={rate.limit};w={WINDOW_SECONDS}',
        "RateLimit": f'"workspace";r={rate.left};t={rate.reset_seconds}',
    }
