"""What the service says about itself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import update

from gradus.client import Credentials
from gradus.datasets import DATASETS
from gradus.wire.system import Usage
from hub.access import secret
from hub.hub import Hub
from hub.ids import new_id
from hub.jobs import runs, workers
from hub.settings import Settings
from hub.tables import ExperimentRow
from tests.integration.api.service import SPEC, Service, on_sqlite, serving, subscribed, wait_for
from tests.integration.hub.work import a_worker, claim, metrics_row, submit
from tests.servers.processes import admin_key, http_client


def test_the_system_counts_workers_and_work(service: Service, client: httpx.Client) -> None:
    at = datetime.now(UTC)
    with service.hub.write() as session:
        for name, seen in (("here", at), ("gone", at - timedelta(minutes=1))):
            workers.register(session, a_worker(name, cores=4, seen_at=seen))
    claim(service.hub, submit(service.hub), owner="here", device="cpu:3 (GenuineIntel AVX512, torch 2.13.0)")
    submit(service.hub)
    system = client.get("/v1/system").json()
    (here,) = system["workers"]
    assert (here["slots"], here["cores"], here["running"], here["threads"]) == (1, 4, 1, [3])
    assert "one run per physical core" in system["cores_policy"]
    assert [worker["id"] for worker in system["workers"]] == ["here"]
    assert (system["devices"], system["queue_depth"], system["running"]) == (["cpu:2"], 1, 1)
    assert system["limits"]["page_size"] == 200


def test_workers_and_runs_tell_what_they_use(service: Service, client: httpx.Client) -> None:
    usage = Usage(cpu=1.5, memory_bytes=3, gpu=0.25, gpu_memory_bytes=4, gpu_memory_total_bytes=5)
    with service.hub.write() as session:
        workers.register(session, a_worker("here"))
    row = submit(service.hub)
    claimed = claim(service.hub, row, owner="here")
    for epoch, peak in ((1, 200), (2, 100), (3, None)):
        with service.hub.write() as session:
            done = runs.EpochResult(metrics_row(epoch), best=True, peak_bytes=peak)
            runs.record_epochs(session, claimed.lease, {row.id: done})
            workers.beat(session, "here", 1, "cpu:2", usage)
    (here,) = client.get("/v1/system").json()["workers"]
    assert here["usage"] == usage.model_dump()
    assert here["runs"] == [{"experiment_id": row.id, "samples_per_second": 3.0, "peak_memory_bytes": 200}]
    assert client.get(f"/v1/experiments/{row.id}").json()["peak_memory_bytes"] == 200
    told = client.get("/metrics").text.splitlines()
    assert 'gradus_worker_cpu_cores{worker="here"} 1.5' in told
    assert f'gradus_run_samples_per_second{{experiment="{row.id}"}} 3.0' in told


@on_sqlite
def test_data_sets_say_whether_their_data_are_here(service: Service, client: httpx.Client) -> None:
    data = {one["name"]: one for one in client.get("/v1/datasets").json()["data"]}
    assert set(data) == set(DATASETS)
    assert data["digits"]["available"]
    assert not data["mnist"]["available"]
    assert (data["mnist"]["train_examples"], data["mnist"]["validation_examples"]) == (55_000, 5_000)
    assert client.get("/v1/datasets/mnist").json() == {**data["mnist"], "columns": [], "versions": []}


@on_sqlite
def test_the_catalogue_has_every_family(client: httpx.Client) -> None:
    families = client.get("/v1/catalog").json()["families"]
    assert {"adam", "sgd"} <= {entry["kind"] for entry in families["optimizers"]}


def test_prometheus_reads_requests_by_template_and_the_state(service: Service, client: httpx.Client) -> None:
    for _ in range(3):
        client.get(client.post("/v1/experiments", json=SPEC).headers["location"])
    client.get("/nowhere")
    with subscribed(client, "/v1/events"):
        wait_for(lambda: service.broadcaster.subscribers == 1)
        text = client.get("/metrics").text
    for line in (
        'gradus_requests_total{method="GET",route="/v1/experiments/{experiment_id}",status="200"} 3.0',
        'gradus_requests_total{method="POST",route="/v1/experiments",status="201"} 3.0',
        'gradus_requests_total{method="GET",route="other",status="404"} 1.0',
        'gradus_request_seconds_count{method="POST",route="/v1/experiments"} 3.0',
        'gradus_experiments{status="queued"} 3.0',
        'gradus_experiments{status="failed"} 0.0',
        "gradus_workers_alive 0.0",
        "gradus_open_streams 1.0",
    ):
        assert line in text.splitlines()
    assert 'gradus_queue_depth{device="auto"}' in text


def test_ready_when_both_dependencies_answer(client: httpx.Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert [(one["name"], one["ok"]) for one in answer.json()["dependencies"]] == [("database", True), ("redis", True)]


@contextmanager
def alone(database_url: str, folder: Path, key: str) -> Iterator[httpx.Client]:
    """A client of an API that cannot reach Redis."""
    hub = Hub(Settings(database_url, "redis://127.0.0.1:1/0", str(folder), folder, (folder,)))
    with serving(hub) as service, http_client(Credentials(service.url, key), 20) as client:
        yield client


def test_without_redis_everything_works_but_readiness_says_so(migrated_url: str, tmp_path: Path) -> None:
    with alone(migrated_url, tmp_path, admin_key(migrated_url)) as client:
        made = client.post("/v1/experiments", json=SPEC)
        assert made.status_code == 201
        assert client.get(made.headers["location"]).json() == made.json()
        assert client.post(f"{made.headers['location']}/cancel").json()["status"] == "cancelled"
        log = client.get(f"{made.headers['location']}/events").text
        assert [line for line in log.splitlines() if line.startswith("event")] == [
            "event: status", "event: status", "event: end",
        ]  # fmt: skip
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert [one["ok"] for one in ready.json()["dependencies"]] == [True, False]
        assert client.get("/healthz").status_code == 200
        assert client.get("/v2/health/ready").json() == {"ready": True}
        assert "gradus_queue_depth{" not in client.get("/metrics").text


def test_without_a_database_every_answer_is_a_problem(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}", "postgresql+psycopg://nobody@127.0.0.1:1/x"):
        with alone(url, tmp_path, secret.create("k", new_id("key")).text) as client:
            for method, path in (("GET", "/v1/experiments"), ("POST", "/v1/experiments"), ("GET", "/v1/system")):
                answer = client.request(method, path, json=SPEC if method == "POST" else None)
                assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
                assert answer.headers["retry-after"] == "1"
            ready = client.get("/readyz")
            assert (ready.status_code, ready.json()["dependencies"][0]["ok"]) == (503, False)
            assert client.get("/healthz").status_code == 200
            assert client.get("/v2/health/live").json() == {"live": True}
            ready = client.get("/v2/health/ready")
            assert (ready.status_code, ready.json()) == (503, {"ready": False})


@on_sqlite
def test_a_fault_is_a_problem_and_tells_nothing_of_itself(service: Service, client: httpx.Client) -> None:
    made = client.post("/v1/experiments", json=SPEC)
    with service.hub.write() as session:
        session.execute(update(ExperimentRow).values(spec='{"secret": 1}'))
    answer = client.get(made.headers["location"])
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


@on_sqlite
def test_the_docs_page_needs_nothing_from_outside(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    for address in ("/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"):
        assert address in page.text
        assert client.get(address).status_code == 200
    assert re.findall(r"https?://", page.text) == []
