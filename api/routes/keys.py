"""`/v1/keys`: create, list and revoke API keys."""

from typing import Annotated

from fastapi import Path, Response

from api.auth.dependencies import Admin
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.request_body import JsonBody
from api.http.responses import NO_STORE, answer
from api.openapi.responses import body_of, header, problems
from api.services import keys
from api.state import StateDep
from gradus.wire.key import KeyPage, KeyRequest, NewKey

router = keyed_router("keys")

_EXAMPLES = {
    "for a script": {"value": {"name": "nightly runs", "role": "editor", "expires_at": "2030-01-31T00:00:00Z"}}
}


@router.post(
    "/v1/keys",
    status_code=201,
    response_model=NewKey,
    responses={201: {"headers": {"Location": header("The path of the list of keys.")}}, **problems(413, 415, 422)},
    openapi_extra=body_of("KeyRequest", _EXAMPLES),
)
def create_key(state: StateDep, caller: Admin, body: JsonBody) -> Response:
    """Create a key for your workspace. Only this response contains the key itself."""
    new_key = keys.create(state.hub, caller.workspace_id, parsing.read(body, KeyRequest))
    return answer(new_key, 201, {**NO_STORE, "Location": "/v1/keys"})


@router.get("/v1/keys", response_model=KeyPage)
def list_keys(state: StateDep, caller: Admin) -> Response:
    """The keys of your workspace, newest first, including revoked and expired ones."""
    return answer(keys.page(state.hub, caller.workspace_id))


@router.delete("/v1/keys/{key_id}", status_code=204, responses=problems(404))
def revoke_key(
    state: StateDep, caller: Admin, key_id: Annotated[str, Path(description="The key's id, `key_…`.")]
) -> Response:
    """Revoke a key. It loses access immediately. Revoking it again has no effect."""
    keys.revoke(state.hub, caller.workspace_id, key_id)
    return Response(status_code=204)
