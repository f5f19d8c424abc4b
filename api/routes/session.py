"""`/v1/session`: sign a browser in with a key or a link, and out."""

from typing import Any

from fastapi import Request, Response

from api.auth.credentials import COOKIE, RequestCredentials
from api.auth.csrf import refuse_foreign_page
from api.auth.dependencies import AnyCaller
from api.auth.routers import open_router
from api.http import parsing
from api.http.request_body import SmallBody
from api.http.responses import NO_STORE, answer
from api.http.root_path import root_of
from api.openapi.responses import GUARDED, OPEN, body_of, header, problems
from api.services import sessions
from api.state import StateDep
from gradus.wire.key import SessionRecord, SignIn, SignInLink
from hub.access.browser_sessions import NewBrowserSession, SessionKind

router = open_router("keys", GUARDED)

_EXAMPLES = {"with a key": {"value": {"key": "gk_…"}}, "with a link": {"value": {"ticket": "gt_…"}}}


@router.post(
    "/v1/session",
    status_code=201,
    response_model=SessionRecord,
    responses={201: {"headers": {"Set-Cookie": header("The session cookie.")}}, **problems(413, 415, 422)},
    openapi_extra={**body_of("SignIn", _EXAMPLES), **OPEN},
)
def sign_in(request: Request, state: StateDep, body: SmallBody) -> Response:
    """Exchange a key, or the ticket of a sign-in link, for an HTTP-only session cookie."""
    credentials = RequestCredentials(request)
    refuse_foreign_page(credentials.request, proof=False)
    signed_in = sessions.sign_in(state.hub, parsing.read_secret(body, SignIn))
    if signed_in is None:
        raise state.authenticator.refusal(credentials)
    record, new_session = signed_in
    response = answer(record, 201, NO_STORE)
    _set(response, request, new_session)
    return response


@router.get("/v1/session", response_model=SessionRecord)
def who(caller: AnyCaller) -> Response:
    """Your workspace, role, key and expiry, as authenticated."""
    return answer(sessions.who(caller), headers=NO_STORE)


@router.delete("/v1/session", status_code=204)
def sign_out(request: Request, state: StateDep, _: AnyCaller) -> Response:
    """End the browser's session."""
    credentials = RequestCredentials(request)
    sessions.sign_out(state.hub, credentials.cookie or "")
    response = Response(status_code=204)
    for name in {credentials.cookie_name, COOKIE}:
        response.delete_cookie(name, **_attributes(request))
    return response


@router.post("/v1/session/links", status_code=201, response_model=SignInLink)
def create_link(state: StateDep, caller: AnyCaller) -> Response:
    """Create a link that signs one browser in with your key. It works once and expires in ten minutes."""
    return answer(sessions.link(state.hub, caller), 201, NO_STORE)


def _set(response: Response, request: Request, new_session: NewBrowserSession) -> None:
    response.set_cookie(
        RequestCredentials(request).cookie_name,
        new_session.text,
        max_age=int(SessionKind.SESSION.life.total_seconds()),
        expires=new_session.until,
        **_attributes(request),
    )


def _attributes(request: Request) -> dict[str, Any]:
    secure = request.url.scheme == "https"
    return {"path": root_of(request) or "/", "httponly": True, "samesite": "strict", "secure": secure}
