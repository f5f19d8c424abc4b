"""`/v1/webhooks`: signed calls about status changes and findings."""

from typing import Annotated

from fastapi import Path, Response

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.request_body import JsonBody
from api.http.responses import NO_STORE, answer
from api.openapi.responses import WITH_WEBHOOK, body_of, header, problems
from api.services import webhooks
from api.state import StateDep
from gradus.wire.webhook import NewWebhook, WebhookPage, WebhookRecord, WebhookRequest

router = keyed_router("webhooks")

_EXAMPLES = {"both kinds": {"value": {"url": "https://example.com/gradus", "events": ["status", "finding"]}}}
WebhookId = Annotated[str, Path(description="The webhook's id, `whk_…`.", examples=["whk_01kap3v8n0c2q5w8z1t4y7b0df"])]


@router.post(
    "/v1/webhooks",
    status_code=201,
    response_model=NewWebhook,
    responses={
        201: {"headers": {"Location": header("The path of the list of webhooks.")}, "links": WITH_WEBHOOK},
        **problems(409, 413, 415, 422),
    },
    openapi_extra=body_of("WebhookRequest", _EXAMPLES),
)
def create_webhook(state: StateDep, caller: CallerDep, body: JsonBody) -> Response:
    """Have the service call a URL about each event from now on. Only this response contains the secret, the key of the
    calls' signatures. `docs/webhooks.md` describes the calls."""
    made = webhooks.create(state.hub, caller.workspace_id, parsing.read_without_echo(body, WebhookRequest))
    return answer(made, 201, {**NO_STORE, "Location": "/v1/webhooks"})


@router.get("/v1/webhooks", response_model=WebhookPage)
def list_webhooks(state: StateDep, caller: CallerDep) -> Response:
    """The webhooks of your workspace, newest first, with the state of their calls."""
    return answer(webhooks.page(state.hub, caller.workspace_id), headers=NO_STORE)


@router.post("/v1/webhooks/{webhook_id}/enable", response_model=WebhookRecord, responses=problems(404))
def enable_webhook(state: StateDep, caller: CallerDep, webhook_id: WebhookId) -> Response:
    """Resume the calls at once, beginning with the call that failed: no event in between is left out."""
    return answer(webhooks.enable(state.hub, caller.workspace_id, webhook_id), headers=NO_STORE)


@router.delete("/v1/webhooks/{webhook_id}", status_code=204, responses=problems(404))
def delete_webhook(state: StateDep, caller: CallerDep, webhook_id: WebhookId) -> Response:
    """Delete a webhook. A call that is under way may still arrive."""
    webhooks.remove(state.hub, caller.workspace_id, webhook_id)
    return Response(status_code=204)
