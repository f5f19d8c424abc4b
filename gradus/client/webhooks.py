"""`client.webhooks`: signed calls of the service to a URL of yours."""

from collections.abc import AsyncGenerator, Sequence

from gradus.client.methods import Resource, T_co, iterator, method
from gradus.client.request import Request, encoded, nothing, path_of, reads
from gradus.wire.webhook import WEBHOOK_EVENTS, NewWebhook, WebhookPage, WebhookRecord


class Webhooks(Resource[T_co]):
    """The webhooks of a workspace."""

    @method
    async def create(
        self, url: str, *, events: Sequence[str] = WEBHOOK_EVENTS, secret: str | None = None
    ) -> NewWebhook:
        """Have the service call a URL about each event from now on. Only this response contains the secret. If the
        response is lost, the request is not repeated, because that would create a second webhook."""
        body = encoded({"url": url, "events": list(events), "secret": secret})
        return await self._transport.send(Request("POST", "/v1/webhooks", reads(NewWebhook), body=body))

    @iterator
    async def list(self) -> AsyncGenerator[WebhookRecord]:
        """The webhooks, newest first, with the state of their calls."""
        page = await self._transport.send(Request("GET", "/v1/webhooks", reads(WebhookPage)))
        for record in page.data:
            yield record

    @method
    async def enable(self, webhook_id: str, /) -> WebhookRecord:
        """Enable the webhook, and repeat its calls at once, beginning with the one that failed."""
        path = path_of("webhooks", webhook_id, "enable")
        return await self._transport.send(Request("POST", path, reads(WebhookRecord), harmless=True))

    @method
    async def delete(self, webhook_id: str, /) -> None:
        """Delete a webhook."""
        await self._transport.send(Request("DELETE", path_of("webhooks", webhook_id), nothing))
