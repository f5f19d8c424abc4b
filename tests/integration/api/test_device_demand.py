"""Jobs that wait for a kind of worker that is not running say so."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import update

from gradus.wire.system import WorkerRecord
from hub.database.database import now
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs import workers
from hub.tables import WorkerRow
from tests.integration.api.service import SPEC, Service, on_sqlite
from tests.integration.hub.work import claim

NOBODY = "a worker: none is running"
NO_CPU = 'a worker with a CPU: device is "cpu", and the running workers have a GPU'
NO_GPU = 'a worker with a GPU: device is "cuda", and the running workers have a CPU'


def start_worker(hub: Hub, device: str) -> None:
    """Record a running worker with this device."""
    at = datetime.now(UTC)
    with hub.write() as session:
        made = WorkerRecord(
            id=f"wrk_{device}",
            host="h",
            pid=1,
            device=device,
            slots=1,
            running=0,
            version="1",
            started_at=at,
            seen_at=at,
        )
        workers.register(session, made)
        workers.beat(session, made.id, 0, made.device)


@pytest.mark.parametrize(
    ("alive", "wish", "waits"),
    [
        ([], "auto", NOBODY),
        ([], "cuda", NOBODY),
        (["cuda:NVIDIA H200"], "cpu", NO_CPU),
        (["cpu:2 (AMD, torch 2.13)"], "cuda", NO_GPU),
        (["cpu:2"], "auto", None),
        (["cpu:2"], "cpu", None),
        (["cuda:NVIDIA H200", "cpu:2"], "cuda", None),
    ],
)
def test_an_experiment_that_nobody_serves_says_what_it_waits_for(
    service: Service, client: httpx.Client, alive: list[str], wish: str, waits: str | None
) -> None:
    for device in alive:
        start_worker(service.hub, device)
    made = client.post("/v1/experiments", json={**SPEC, "device": wish})
    place = made.headers["location"]
    assert made.json()["waiting_for"] == waits
    assert client.get(place).json()["waiting_for"] == waits
    assert [one["waiting_for"] for one in client.get("/v1/experiments").json()["data"]] == [waits]
    fork = client.post(f"{place}/fork", json={})
    assert fork.json()["waiting_for"] == waits
    told = [line["message"] for line in client.get(f"{place}/log").json()["data"]]
    assert told == ([f"waits for {waits}"] if waits and alive else [])
    assert client.post(f"{place}/pause").json()["waiting_for"] is None
    assert client.post(f"{place}/resume").json()["waiting_for"] == waits


@on_sqlite
def test_it_waits_for_nobody_once_a_worker_has_come_and_waits_again_when_it_has_gone(
    service: Service, client: httpx.Client
) -> None:
    place = client.post("/v1/experiments", json={**SPEC, "device": "cpu"}).headers["location"]
    start_worker(service.hub, "cpu:2")
    assert client.get(place).json()["waiting_for"] is None
    with service.hub.write() as session:
        session.execute(update(WorkerRow).values(seen_at=now(session) - timedelta(minutes=1)))
    assert client.get(place).json()["waiting_for"] == NOBODY


@on_sqlite
def test_a_sweep_says_what_its_members_wait_for(service: Service, client: httpx.Client) -> None:
    start_worker(service.hub, "cuda:NVIDIA H200")
    sweep = client.post("/v1/sweeps", json={"base": SPEC, "grid": {"device": ["cuda", "cpu"]}})
    place = sweep.headers["location"]
    assert sweep.json()["waiting_for"] == client.get(place).json()["waiting_for"] == NO_CPU
    members = client.get("/v1/experiments", params={"sweep": sweep.json()["id"]}).json()["data"]
    assert sorted(str(one["waiting_for"]) for one in members) == sorted([NO_CPU, "None"])
    client.post(f"{place}/cancel")
    assert client.get(place).json()["waiting_for"] is None


@on_sqlite
def test_what_runs_waits_for_nobody(service: Service, client: httpx.Client) -> None:
    made = client.post("/v1/experiments", json=SPEC)
    with service.hub.read() as session:
        row = experiments.get(session, made.json()["id"])
    assert row is not None
    claim(service.hub, row)
    assert client.get(made.headers["location"]).json()["waiting_for"] is None


def test_a_worker_that_comes_is_news_to_a_client_that_has_the_version(service: Service, client: httpx.Client) -> None:
    made = client.post("/v1/experiments", json=SPEC)
    place, tag = made.headers["location"], made.headers["etag"]
    assert client.get(place, headers={"If-None-Match": tag}).status_code == 304
    start_worker(service.hub, "cpu:1")
    served = client.get(place, headers={"If-None-Match": tag})
    assert (served.status_code, served.json()["waiting_for"]) == (200, None)
    assert client.patch(place, json={"name": "mine"}, headers={"If-Match": tag}).status_code == 200


def test_whatever_it_waits_for_is_news_to_a_client_that_has_the_version(service: Service, client: httpx.Client) -> None:
    place = client.post("/v1/experiments", json={**SPEC, "device": "cuda"}).headers["location"]
    client.post(f"{place}/pause")
    resumed = client.post(f"{place}/resume")
    tag = resumed.headers["etag"]
    assert resumed.json()["waiting_for"] == NOBODY
    assert client.get(place, headers={"If-None-Match": tag}).status_code == 304
    start_worker(service.hub, "cpu:1")
    other = client.get(place, headers={"If-None-Match": tag})
    assert (other.status_code, other.json()["waiting_for"]) == (200, NO_GPU)
    start_worker(service.hub, "cuda:NVIDIA H200")
    served = client.get(place, headers={"If-None-Match": f"{tag}, {other.headers['etag']}"})
    assert (served.status_code, served.json()["waiting_for"]) == (200, None)
    assert client.patch(place, json={"name": "mine"}, headers={"If-Match": other.headers["etag"]}).status_code == 200
    assert client.patch(place, json={"name": "mine"}, headers={"If-Match": tag}).status_code == 412
