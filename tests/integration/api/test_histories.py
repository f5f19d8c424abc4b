"""`GET /v1/metrics`: the histories of several experiments at once."""

from typing import Any

import httpx

from gradus.client import Client
from gradus.wire.key import Role
from hub.ids import new_id
from tests.integration.access.credentials import bearer, make_key
from tests.integration.api.service import Service, assert_problem, on_sqlite
from tests.integration.hub.work import NAN, claim, submit, train_epoch


def trained(service: Service, losses: list[float]) -> str:
    """A running experiment with an epoch for each training loss."""
    row = submit(service.hub, epochs=100)
    claimed = claim(service.hub, row)
    for i, loss in enumerate(losses):
        train_epoch(service.hub, claimed, i + 1, train_loss=loss)
    return row.id


def read(client: httpx.Client, ids: list[str], **query: int) -> dict[str, Any]:
    answer = client.get("/v1/metrics", params={"experiment": ids, **query})
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_each_history_is_what_its_own_address_answers(service: Service, client: httpx.Client) -> None:
    ids = [trained(service, losses) for losses in ([0.3, NAN, 0.1], [0.5], [])]
    found = read(client, ids[::-1])
    assert list(found) == ids[::-1]
    for one in ids:
        assert found[one] == client.get(f"/v1/experiments/{one}/metrics").json()
    assert found[ids[0]]["data"][1]["train_loss"] == "NaN"


def test_fewer_points_of_each(service: Service, client: httpx.Client) -> None:
    ids = [trained(service, [1.0 + i % 3 for i in range(30)]) for _ in range(2)]
    for one, page in read(client, ids, max_points=10).items():
        assert page == client.get(f"/v1/experiments/{one}/metrics", params={"max_points": 10}).json()
        assert len(page["data"]) <= 10


@on_sqlite
def test_the_client_reads_them(service: Service) -> None:
    ids = [trained(service, [0.5, 0.25]) for _ in range(2)]
    with Client(service.access.url, key=service.access.key) as client:
        assert client.experiments.compare(*ids).rows == tuple(client.experiments.get(one).metrics().data for one in ids)


@on_sqlite
def test_what_is_not_there_or_another_workspace_s_is_left_out(service: Service, client: httpx.Client) -> None:
    mine = trained(service, [0.5])
    assert list(read(client, [new_id("exp"), mine, "nonsense", mine])) == [mine]
    other = bearer(make_key(service.hub, "other", Role.VIEWER).key)
    answer = client.get("/v1/metrics", params={"experiment": mine}, headers=other)
    assert (answer.status_code, answer.json()) == (200, {"data": {}})


@on_sqlite
def test_a_question_without_ids_or_with_too_many_is_refused(service: Service, client: httpx.Client) -> None:
    for query in ("", "experiment=x&" * 51, "experiment=x&max_points=1001", "experiment=%00"):
        assert_problem(client.get(f"/v1/metrics?{query}"), 400)
