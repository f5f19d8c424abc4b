"""Webhooks over HTTP, in Python and on the command line. A hub delivers the calls, as a worker's hub does."""

from dataclasses import replace

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from gradus import BadRequest, Client, InvalidSpec, NotFound
from gradus.wire.webhook import NewWebhook
from hub.hub import Hub
from hub.webhooks.deliverer import Deliverer
from tests.integration.api.service import Service, on_sqlite, serving
from tests.integration.hub.work import submit
from tests.servers.receiver import receiving

WRONG = [
    {},
    {"url": "http://example.com/"},
    {"url": "https://127.0.0.1/"},
    {"url": "https://example.com/", "events": []},
    {"url": "https://example.com/", "events": ["epoch"]},
    {"url": "https://example.com/", "secret": "short"},
    {"url": "https://example.com/", "kinds": ["status"]},
]


@on_sqlite
def test_a_webhook_is_made_listed_and_deleted(client: httpx.Client) -> None:
    made = client.post("/v1/webhooks", json={"url": "https://example.com/x", "events": ["finding"]})
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    [listed] = client.get("/v1/webhooks").json()["data"]
    assert listed == {key: value for key, value in made.json().items() if key != "secret"}
    assert (listed["state"], listed["events"], listed["delivered_at"]) == ("active", ["finding"], None)
    assert made.json()["secret"] not in client.get("/v1/webhooks").text
    path = f"/v1/webhooks/{listed['id']}"
    assert client.post(f"{path}/enable").json() == listed
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert client.post(f"{path}/enable").status_code == 404
    assert client.delete("/v1/webhooks/%00").status_code == 404
    for body in WRONG:
        answer = client.post("/v1/webhooks", json=body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"], body
    assert client.get("/v1/webhooks").json() == {"data": []}
    for _ in range(10):
        assert client.post("/v1/webhooks", json={"url": "https://example.com/"}).status_code == 201
    assert client.post("/v1/webhooks", json={"url": "https://example.com/"}).json()["code"] == "too_many_webhooks"


@on_sqlite
def test_a_call_of_a_webhook_that_the_client_made_is_verified_by_its_secret(hub: Hub) -> None:
    settings = replace(hub.settings, webhook_hosts=frozenset({"127.0.0.1"}))
    with receiving() as receiver, serving(Hub(settings)) as service:
        made = _made(service, receiver.url)
        row = submit(service.hub)
        for thread in Deliverer(service.hub).look():
            thread.join()
        [call] = receiver.calls
        said = Webhook(made.secret).verify(call.body, dict(call.headers))
        assert (said["type"], said["experiment_id"], said["data"]["status"]) == ("status", row.id, "queued")
        with Client(service.access.url, key=service.access.key) as client:
            [listed] = client.webhooks.list()
            assert listed.delivered_at is not None
            assert client.webhooks.enable(listed.id).state == "active"
            client.webhooks.delete(listed.id)
            with pytest.raises(NotFound):
                client.webhooks.delete(listed.id)
            with pytest.raises((InvalidSpec, BadRequest)):
                client.webhooks.create("http://10.0.0.1/")


def _made(service: Service, url: str) -> NewWebhook:
    with Client(service.access.url, key=service.access.key) as client:
        return client.webhooks.create(url, events=["status"])
