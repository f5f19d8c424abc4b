"""Create, list, enable and delete webhooks. A caller sees those of its own workspace."""

from datetime import UTC, datetime

from api.http.parsing import invalid
from gradus.errors import NotFound
from gradus.wire.problem import Mistake
from gradus.wire.webhook import NewWebhook, WebhookPage, WebhookRecord, WebhookRequest
from hub.hub import Hub
from hub.webhooks import webhooks
from hub.webhooks.destination import RefusedDestination, destination


def create(hub: Hub, workspace_id: str, request: WebhookRequest) -> NewWebhook:
    """Create a webhook of the workspace.

    Raises:
        InvalidSpec: webhooks may not call this URL.
        Conflict: the workspace has too many webhooks.
    """
    try:
        destination(request.url, hub.settings.webhook_hosts)
    except RefusedDestination as error:
        raise invalid(Mistake(path="url", message=str(error))) from None
    with hub.write() as session:
        return webhooks.create(session, workspace_id, request, datetime.now(UTC))


def page(hub: Hub, workspace_id: str) -> WebhookPage:
    """The webhooks of the workspace, newest first."""
    with hub.read() as session:
        return WebhookPage(data=tuple(webhooks.listing(session, workspace_id)))


def enable(hub: Hub, workspace_id: str, webhook_id: str) -> WebhookRecord:
    """Resume the calls at once, beginning with the call that failed.

    Raises:
        NotFound: the workspace has no such webhook.
    """
    with hub.write() as session:
        found = None if "\0" in webhook_id else webhooks.enable(session, workspace_id, webhook_id, datetime.now(UTC))
    if found is None:
        raise _not_found(webhook_id)
    return found


def remove(hub: Hub, workspace_id: str, webhook_id: str) -> None:
    """Delete a webhook.

    Raises:
        NotFound: the workspace has no such webhook.
    """
    with hub.write() as session:
        if "\0" in webhook_id or not webhooks.remove(session, workspace_id, webhook_id):
            raise _not_found(webhook_id)


def _not_found(webhook_id: str) -> NotFound:
    return NotFound(f"webhook not found: {webhook_id[:100]!r}")
