"""The length of the queue is limited, however a job enters it."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from gradus.status import Status
from hub.access.quotas import Quotas
from hub.experiments import experiments as stored
from hub.hub import Hub
from hub.jobs import runs
from tests.integration.api.service import SPEC, Service, assert_problem, serving
from tests.integration.hub.work import claim, train_epoch

ROOM = 2


@pytest.fixture
def service(hub: Hub) -> Iterator[Service]:
    """A service in which each workspace may have two queued experiments."""
    small = Hub(replace(hub.settings, quotas=Quotas(queued=ROOM)))
    with serving(small) as service:
        yield service


def create(client: httpx.Client) -> str:
    made = client.post("/v1/experiments", json=SPEC)
    assert made.status_code == 201
    return str(made.headers["location"])


def fill(client: httpx.Client) -> None:
    for _ in range(ROOM):
        create(client)


def finished(service: Service, client: httpx.Client, status: Status = Status.SUCCEEDED) -> str:
    address = create(client)
    with service.hub.read() as session:
        row = stored.get(session, address.rpartition("/")[2])
    assert row is not None
    claimed = claim(service.hub, row)
    train_epoch(service.hub, claimed, 1)
    with service.hub.write() as session:
        runs.end(session, claimed.lease, row.id, status)
    return address


def assert_full(answer: httpx.Response) -> None:
    problem = assert_problem(answer, 429)
    assert problem["code"] == "queue_full"
    assert problem["detail"].startswith("this workspace has 2 queued experiments; the limit is 2")
    assert answer.headers["retry-after"]


def test_a_paused_one_waits_outside_of_a_full_queue(client: httpx.Client) -> None:
    paused = create(client)
    client.post(f"{paused}/pause")
    fill(client)
    assert_full(client.post(f"{paused}/resume"))
    assert client.get(paused).json()["status"] == "paused"
    waiting = client.get("/v1/experiments", params={"status": "queued"}).json()["data"]
    client.delete(f"/v1/experiments/{waiting[0]['id']}")
    assert client.post(f"{paused}/resume").json()["status"] == "queued"
    assert client.post(f"{paused}/resume").status_code == 202  # it is in: asking twice is harmless


def test_one_that_is_over_is_not_extended_into_a_full_queue(service: Service, client: httpx.Client) -> None:
    over = finished(service, client)
    fill(client)
    assert_full(client.post(f"{over}/extend", json={"epochs": 5}))
    assert client.get(over).json()["status"] == "succeeded"
    assert client.get(over).json()["progress"]["epochs"] == 10


def test_one_that_waits_already_takes_no_more_room_when_it_is_extended(client: httpx.Client) -> None:
    waiting = create(client)
    create(client)
    assert client.post(f"{waiting}/extend", json={"epochs": 5}).json()["progress"]["epochs"] == 15


def test_a_sweep_with_nothing_to_retry_needs_no_room(service: Service, client: httpx.Client) -> None:
    sweep = client.post("/v1/sweeps", json={"base": SPEC, "grid": {"l2": [0.1, 0.2]}}).headers["location"]
    assert client.post(f"{sweep}/retry").status_code == 202
    assert_full(client.post(f"{sweep}/extend", json={"seeds": [1]}))
    assert_full(client.post("/v1/experiments", json=SPEC))
    one = client.get("/v1/experiments").json()["data"][0]["id"]
    assert_full(client.post(f"/v1/experiments/{one}/fork", json={}))
