"""`/v1/keys`: make, list and revoke API keys."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.auth.dependencies import Admin
from api.http import parsing
from api.http.request_body import JsonBody
from api.http.responses import NO_STORE, answer
from api.openapi.responses import GUARDED, body_of, header, problems
from api.services import keys
from api.state import StateDep
from gradus.wire.key import KeyPage, KeyRequest, NewKey

router = APIRouter(tags=["keys"], responses=GUARDED)

_EXAMPLES = {
    "for a script": {"value": {"name": "nightly runs", "role": "editor", "expires_at": "2030-01-31T00:00:00Z"}}
}


@router.post(
    "/v1/keys",
    status_code=201,
    response_model=NewKey,
    responses={201: {"headers": {"Location": header("The list that it is in.")}}, **problems(413, 415, 422)},
    openapi_extra=body_of("KeyRequest", _EXAMPLES),
)
def create_key(state: StateDep, caller: Admin, body: JsonBody) -> Response:
    """Make a key of your workspace. The answer is the only place that ever shows it."""
    made = keys.create(state.hub, caller.workspace_id, parsing.read(body, KeyRequest))
    return answer(made, 201, {**NO_STORE, "Location": "/v1/keys"})


@router.get("/v1/keys", response_model=KeyPage)
def list_keys(state: StateDep, caller: Admin) -> Response:
    """The keys of your workspace, newest first, with those that are revoked or have expired."""
    return answer(keys.page(state.hub, caller.workspace_id))


@router.delete("/v1/keys/{key_id}", status_code=204, responses=problems(404))
def revoke_key(
    state: StateDep, caller: Admin, key_id: Annotated[str, Path(description="The key's id, `key_…`.")]
) -> Response:
    """Let a key open nothing any more, from this moment on; doing it twice is harmless."""
    keys.revoke(state.hub, caller.workspace_id, key_id)
    return Response(status_code=204)
