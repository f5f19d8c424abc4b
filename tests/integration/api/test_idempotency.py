"""`Idempotency-Key`: a POST that is repeated with the same key creates or adds things only once, and gets the first
response again.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gradus.status import Status
from hub import idempotency
from hub.database.database import now
from hub.experiments import experiments as stored
from hub.hub import Hub
from hub.jobs import reconciler, runs
from hub.tables import IdempotencyRow
from tests.integration.api.service import SPEC, Service, assert_problem, experiments, on_sqlite
from tests.integration.hub.work import claim

KEY = {"Idempotency-Key": "once"}


def create(client: httpx.Client) -> str:
    return str(client.post("/v1/experiments", json=SPEC).headers["location"])


def sweep(client: httpx.Client) -> str:
    return str(client.post("/v1/sweeps", json={"base": SPEC, "grid": {"l2": [0.1]}}).headers["location"])


def work(client: httpx.Client) -> tuple[int, int]:
    """Number of experiments, and the number of epochs that they are to train in total."""
    there = experiments(client)
    return len(there), sum(one["progress"]["epochs"] for one in there)


@dataclass(frozen=True)
class Request:
    """A POST that adds something: its path, and two different bodies."""

    about: Callable[[httpx.Client], str]
    place: str
    body: dict[str, Any] | None
    other: dict[str, Any]
    adds: tuple[int, int]
    """The number of experiments and of epochs that the request adds. A spec has ten epochs."""


REQUESTS = {
    "create": Request(lambda _: "/v1/experiments", "", SPEC, {**SPEC, "seed": 1}, (1, 10)),
    "fork": Request(create, "/fork", {"changes": {"seed": 1}}, {"changes": {"seed": 2}}, (1, 10)),
    "extend": Request(create, "/extend", {"epochs": 5}, {"epochs": 6}, (0, 5)),
    "sweep": Request(
        lambda _: "/v1/sweeps", "", {"base": SPEC, "grid": {"l2": [0, 1]}}, {"base": SPEC, "grid": {"l2": [1]}}, (2, 20)
    ),
    "extend a sweep": Request(sweep, "/extend", {"seeds": [5]}, {"seeds": [6]}, (1, 10)),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_repeat_does_nothing_and_gets_the_first_answer(client: httpx.Client, name: str) -> None:
    asked = REQUESTS[name]
    address = asked.about(client) + asked.place
    before = work(client)
    first = client.post(address, json=asked.body, headers=KEY)
    assert first.is_success, first.text
    done = work(client)
    assert (done[0] - before[0], done[1] - before[1]) == asked.adds
    again = client.post(address, json=asked.body, headers=KEY)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers.get("location") == first.headers.get("location")
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert work(client) == done


@pytest.mark.parametrize("name", REQUESTS)
def test_another_body_under_the_same_key_is_a_conflict(client: httpx.Client, name: str) -> None:
    asked = REQUESTS[name]
    address = asked.about(client) + asked.place
    first = client.post(address, json=asked.body, headers=KEY)
    done = work(client)
    problem = assert_problem(client.post(address, json=asked.other, headers=KEY), 409)
    assert problem["code"] == "idempotency_conflict"
    assert first.json()["id"] in problem["detail"]
    assert work(client) == done
    assert client.post(address, json=asked.other, headers={"Idempotency-Key": "another"}).is_success


@on_sqlite
def test_a_key_belongs_to_one_place(client: httpx.Client) -> None:
    one, two = create(client), create(client)
    body = {"epochs": 5}
    assert client.post(f"{one}/extend", json=body, headers=KEY).status_code == 202
    for address in (f"{two}/extend", "/v1/experiments", f"{one}/fork", "/v1/sweeps"):
        asked = {"/v1/experiments": SPEC, f"{one}/fork": {}, "/v1/sweeps": {"base": SPEC, "grid": {"l2": [1]}}}
        problem = assert_problem(client.post(address, json=asked.get(address, body), headers=KEY), 409)
        assert problem["code"] == "idempotency_conflict"


@on_sqlite
def test_what_was_refused_may_be_asked_again_under_its_key(client: httpx.Client) -> None:
    address = f"{create(client)}/extend"
    assert_problem(client.post(address, json={"epochs": 100_000}, headers=KEY), 422)
    assert client.post(address, json={"epochs": 5}, headers=KEY).status_code == 202


def test_eight_forks_at_once_under_one_key_make_one(client: httpx.Client) -> None:
    address = f"{create(client)}/fork"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post(address, json={}, headers=KEY), range(8)))
    assert {(one.status_code, one.json()["id"]) for one in answers} == {(201, answers[0].json()["id"])}
    assert sum("idempotency-replayed" not in one.headers for one in answers) == 1
    assert len(experiments(client)) == 2


def fail_everything(hub: Hub, client: httpx.Client) -> None:
    for one in experiments(client):
        with hub.read() as session:
            row = stored.get(session, one["id"])
        assert row is not None
        claimed = claim(hub, row)
        with hub.write() as session:
            runs.end(session, claimed.lease, row.id, Status.FAILED)


def test_a_repeated_retry_does_not_try_what_failed_since(service: Service, client: httpx.Client) -> None:
    address = f"{sweep(client)}/retry"
    fail_everything(service.hub, client)
    first = client.post(address, headers=KEY)
    assert first.json()["counts"]["queued"] == 1
    fail_everything(service.hub, client)
    again = client.post(address, headers=KEY)
    assert (again.status_code, again.json()) == (202, first.json())
    assert [one["status"] for one in experiments(client)] == ["failed"]
    assert client.post(address, headers={"Idempotency-Key": "another"}).json()["counts"]["queued"] == 1


def test_a_fork_can_be_repeated_when_its_source_is_gone(client: httpx.Client) -> None:
    source = create(client)
    first = client.post(f"{source}/fork", json={}, headers=KEY)
    assert client.delete(source).status_code == 204
    assert client.post(f"{source}/fork", json={}, headers=KEY).json() == first.json()


def test_a_deleted_experiment_frees_its_key(client: httpx.Client) -> None:
    first = client.post("/v1/experiments", json=SPEC, headers=KEY)
    client.delete(first.headers["location"])
    assert client.post("/v1/experiments", json=SPEC, headers=KEY).json()["id"] != first.json()["id"]


def test_first_answers_are_forgotten_after_a_day(service: Service, client: httpx.Client) -> None:
    first, second = (
        client.post("/v1/sweeps", json=REQUESTS["sweep"].body, headers={"Idempotency-Key": key}) for key in "ab"
    )
    with service.hub.write() as session:
        row = session.get_one(IdempotencyRow, ("default", "a"))
        row.created_at = now(session) - idempotency.RETENTION - timedelta(seconds=1)
    assert reconciler.clean_up(service.hub, "me") == 1
    assert reconciler.clean_up(service.hub, "another") == 0
    fresh, kept = (
        client.post("/v1/sweeps", json=REQUESTS["sweep"].body, headers={"Idempotency-Key": key}) for key in "ab"
    )
    assert fresh.json()["id"] != first.json()["id"]
    assert kept.json() == second.json()
