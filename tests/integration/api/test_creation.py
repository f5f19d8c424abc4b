"""`POST /v1/experiments`."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from gradus.examples import EXAMPLES
from gradus.spec.experiment import Spec
from gradus.spec.loss import Task
from gradus.status import Status
from hub.experiments import experiments as stored
from hub.jobs import runs
from tests.built_in import resolved
from tests.integration.api.service import JSON, SPEC, Service, assert_problem, experiments, on_sqlite
from tests.integration.hub.work import claim, train_epoch


def test_an_experiment_is_stored_and_can_be_found_where_the_answer_says(client: httpx.Client) -> None:
    answer = client.post("/v1/experiments", json={**SPEC, "name": "first", "optimizer": "adam"})
    assert answer.status_code == 201
    found = client.get(answer.headers["location"])
    assert found.json() == answer.json()
    assert found.headers["etag"] == answer.headers["etag"]
    assert answer.json()["spec"]["optimizer"] == {
        "kind": "adam",
        "lr": 0.001,
        "beta1": 0.9,
        "beta2": 0.999,
        "eps": 1e-8,
    }
    assert answer.json()["parameters"] == 64 * 4 + 4 + 4 * 10 + 10
    assert answer.json()["status"] == "queued"


def test_the_resolved_spec_can_be_posted_again(client: httpx.Client) -> None:
    first = client.post("/v1/experiments", json=SPEC).json()
    assert client.post("/v1/experiments", json=first["spec"]).json()["fingerprint"] == first["fingerprint"]


def test_a_dry_run_says_what_the_spec_comes_to_and_stores_nothing(client: httpx.Client) -> None:
    answer = client.post("/v1/experiments?dry_run=true", json=SPEC, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 200
    assert answer.json()["parameters"] == 64 * 4 + 4 + 4 * 10 + 10
    assert [layer["output_shape"] for layer in answer.json()["layers"]] == [[4], [10]]
    assert experiments(client) == []


@on_sqlite
def test_every_example_of_the_docs_page_can_be_posted(client: httpx.Client) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/v1/experiments"]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    for name, example in EXAMPLES.items():
        made = client.post("/v1/experiments", json=examples[name]["value"])
        assert made.json()["fingerprint"] == resolved(example).fingerprint


def test_a_repeat_under_one_key_gets_the_first_answer(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "one"}
    first = client.post("/v1/experiments", json=SPEC, headers=key)
    client.patch(first.headers["location"], json={"name": "changed since"})
    again = client.post("/v1/experiments", content=json.dumps(SPEC, indent=3), headers=key | JSON)
    assert (again.status_code, again.json(), again.headers["location"]) == (
        201,
        first.json(),
        first.headers["location"],
    )
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(experiments(client)) == 1


def test_another_spec_under_the_same_key_is_a_conflict(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "one"}
    first = client.post("/v1/experiments", json=SPEC, headers=key).json()
    problem = assert_problem(client.post("/v1/experiments", json={**SPEC, "seed": 1}, headers=key), 409)
    assert problem["code"] == "idempotency_conflict"
    assert first["id"] in problem["detail"]
    assert len(experiments(client)) == 1


def test_eight_requests_at_once_under_one_key_create_one_experiment(service: Service, client: httpx.Client) -> None:
    together = threading.Barrier(8)

    def create(_: int) -> tuple[int, str, bool]:
        with service.client(30) as own:
            together.wait()
            answer = own.post("/v1/experiments", json=SPEC, headers={"Idempotency-Key": "same"})
            return answer.status_code, answer.json()["id"], "idempotency-replayed" in answer.headers

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(8)))
    (stored,) = experiments(client)
    assert {(status, one) for status, one, _ in answers} == {(201, stored["id"])}
    assert sorted(replayed for _, _, replayed in answers) == [False] + [True] * 7


def test_prefer_wait_answers_when_the_experiment_is_over(service: Service, client: httpx.Client) -> None:
    def train() -> None:
        while not (found := experiments(client)):
            pass
        with service.hub.read() as session:
            row = stored.get(session, found[0]["id"])
        assert row is not None
        claimed = claim(service.hub, row)
        train_epoch(service.hub, claimed, 1)
        with service.hub.write() as session:
            runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)

    worker = threading.Thread(target=train)
    worker.start()
    answer = client.post("/v1/experiments", json=SPEC, headers={"Prefer": "respond-async, wait=60"}, timeout=60)
    worker.join()
    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "wait=60"
    assert answer.json()["status"] == "succeeded"
    assert answer.json()["latest"]["epoch"] == 1


def test_prefer_wait_answers_in_time_when_it_is_not(client: httpx.Client) -> None:
    answer = client.post("/v1/experiments", json=SPEC, headers={"Prefer": "wait=1"})
    assert answer.headers["preference-applied"] == "wait=1"
    assert answer.json()["status"] == "queued"
    assert answer.headers["etag"] == client.get(answer.headers["location"]).headers["etag"]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts how often specs are validated and resolved."""
    counts, validate, resolve = Counter[str](), Spec.__init__, Spec.written_out

    def validated(self: Spec, /, **fields: Any) -> None:
        counts["validated"] += 1
        validate(self, **fields)

    def written_out(self: Spec, task: Task | None = None) -> Spec:
        counts["resolved"] += 1
        return resolve(self, task)

    monkeypatch.setattr(Spec, "__init__", validated)
    monkeypatch.setattr(Spec, "written_out", written_out)
    return counts


@on_sqlite
def test_a_spec_is_validated_and_resolved_once_and_not_read_back(client: httpx.Client, counted: Counter[str]) -> None:
    for query in ("", "?dry_run=true"):
        counted.clear()
        assert client.post(f"/v1/experiments{query}", json=SPEC).is_success
        assert counted == {"validated": 1, "resolved": 1}, query


@on_sqlite
def test_a_fork_and_an_extension_read_what_they_are_made_of_once(client: httpx.Client, counted: Counter[str]) -> None:
    place = f"/v1/experiments/{client.post('/v1/experiments', json=SPEC).json()['id']}"
    for path, body in (("fork", {"changes": {"seed": 1}}), ("extend", {"epochs": 5})):
        counted.clear()
        assert client.post(f"{place}/{path}", json=body).is_success
        assert counted["validated"] == 2, path
        assert counted["resolved"] <= 1, path


@on_sqlite
def test_a_change_of_a_sweep_is_resolved_once_for_all_seeds(client: httpx.Client, counted: Counter[str]) -> None:

    def resolutions(seeds: int) -> int:
        counted.clear()
        request = {"base": SPEC, "grid": {"l2": [0, 0.1]}, "seeds": list(range(seeds))}
        assert client.post("/v1/sweeps", json=request).is_success
        return counted["resolved"]

    assert resolutions(5) == resolutions(2) == 4  # the base, its document, and each of two changes
