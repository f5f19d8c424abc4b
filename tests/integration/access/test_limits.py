"""Quotas: each refusal names the number and the limit."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest

from api.app import create_app
from gradus.wire.key import Role
from hub.access.quotas import Quotas
from hub.hub import Hub
from tests.integration.access.credentials import SPEC, bearer, make_key, serving
from tests.servers import patient

Open = Callable[..., httpx.Client]


@pytest.fixture
def limited(hub: Hub) -> Iterator[Open]:
    """Opens a service with these quotas; returns a client of a new workspace."""
    with ExitStack() as stack:

        def open_(**quotas: int) -> httpx.Client:
            narrow = Hub(replace(hub.settings, quotas=Quotas(**quotas)))
            url = stack.enter_context(serving(create_app(narrow)))
            key = make_key(hub, f"w{abs(hash(url))}", Role.EDITOR).key
            return stack.enter_context(httpx.Client(base_url=url, headers=bearer(key), timeout=60))

        yield open_


@pytest.mark.parametrize(
    ("quotas", "spec", "path", "said"),
    [
        ({"parameters": 300}, SPEC, "layers", "310 parameters, but the limit is 300"),
        ({"epochs": 9}, SPEC, "epochs", "10 epochs, but the limit is 9"),
        ({"memory_bytes": 1_000}, SPEC, "layers", "bytes of memory (an estimate), but the limit is 1,000"),
    ],
)
@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_an_experiment_over_a_quota_is_refused_with_the_number_and_the_limit(
    limited: Open, quotas: dict[str, int], spec: dict[str, Any], path: str, said: str, query: str
) -> None:
    assert 64 * 4 + 4 + 4 * 10 + 10 == 310
    client = limited(**quotas)
    answer = client.post(f"/v1/experiments{query}", json=spec)
    assert answer.status_code == 422
    assert [(one["path"], said in one["message"]) for one in answer.json()["errors"]] == [(path, True)]
    assert client.get("/v1/experiments").json()["data"] == []


def test_a_full_queue_is_refused_until_there_is_room(limited: Open) -> None:
    client = limited(queued=2)
    first, _ = (client.post("/v1/experiments", json=SPEC).json() for _ in range(2))
    answer = client.post("/v1/experiments", json=SPEC)
    assert (answer.status_code, answer.json()["code"]) == (429, "queue_full")
    assert answer.json()["detail"].startswith("this workspace has 2 queued experiments; the limit is 2")
    assert int(answer.headers["retry-after"]) >= 1
    client.post(f"/v1/experiments/{first['id']}/cancel")
    assert client.post("/v1/experiments", json=SPEC).status_code == 201


def test_a_repeat_is_answered_although_the_queue_is_full(limited: Open) -> None:
    client = limited(queued=1)
    again = {"Idempotency-Key": "once"}
    answers = [client.post("/v1/experiments", json=SPEC, headers=again) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]


def test_requests_are_counted_and_the_headers_say_how_many_are_left(limited: Open) -> None:
    client = limited(requests_per_minute=3)
    answers = [client.get("/v1/datasets") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"workspace";q=3;w=60'}
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].json()["code"] == "rate_limited"
    assert client.get("/healthz").status_code == 200


def test_who_tries_key_after_key_has_to_wait_while_good_keys_still_open(hub: Hub) -> None:
    good = bearer(make_key(hub).key)
    with serving(create_app(hub, strangers_per_minute=3)) as url:
        hub.pubsub._redis.flushdb()  # other tests have knocked from this address
        answers = [patient.get(f"{url}/v1/system", headers=bearer("gk_guess")) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert patient.get(f"{url}/v1/system", headers=good).status_code == 200


def test_a_key_holds_so_many_streams_and_long_polls_open(limited: Open, hub: Hub) -> None:
    client, other = limited(streams=2), bearer(make_key(hub, "elsewhere").key)
    made = client.post("/v1/experiments", json=SPEC).json()["id"]
    waiting = f"/v1/experiments/{made}/metrics?wait=1"
    with client.stream("GET", "/v1/events") as first, client.stream("GET", f"/v1/experiments/{made}/events") as second:
        assert (first.status_code, second.status_code) == (200, 200)
        for refused in ("/v1/events", f"/v1/experiments/{made}/events", waiting):
            answer = client.get(refused)
            assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
            assert int(answer.headers["retry-after"]) >= 1
        assert client.head("/v1/events").status_code == 429
        assert client.get(f"/v1/experiments/{made}/metrics").status_code == 200
        created = client.post("/v1/experiments", json=SPEC, headers={"Prefer": "wait=9"})
        assert (created.status_code, "preference-applied" in created.headers) == (201, False)
        with client.stream("GET", "/v1/events", headers=other) as third:
            assert third.status_code == 200
    deadline = time.monotonic() + 20
    while client.head("/v1/events").status_code == 429:  # until it is noticed that they were closed
        assert time.monotonic() < deadline
    assert client.get(waiting).status_code == 200
    assert client.get("/v1/system").json()["limits"]["streams"] == 2


def test_the_limits_are_told(limited: Open) -> None:
    quotas = {"queued": 7, "running": 3, "parameters": 10_000, "memory_bytes": 10**9, "epochs": 50}
    told = limited(**quotas).get("/v1/system").json()["limits"]
    assert quotas.items() <= told.items()
