"""`GET /v1/experiments/{id}/metrics`."""

import csv
import io
import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, update

from api.services.metrics import MOST_ROWS
from gradus.client import Client
from gradus.status import Status
from gradus.wire.metrics import MetricsRow
from hub.experiments import metrics
from hub.jobs import claims, runs
from hub.tables import ExperimentRow, MetricRow
from tests.integration.api.service import SPEC, Service, on_sqlite, wait_for
from tests.integration.hub.work import INFINITY, NAN, claim, metrics_row, submit, train_epoch


def trained(service: Service, losses: list[float], **changes: float | None) -> tuple[ExperimentRow, claims.Claim]:
    """A running experiment with an epoch for each training loss."""
    row = submit(service.hub, epochs=100)
    claimed = claim(service.hub, row)
    for i, loss in enumerate(losses):
        train_epoch(service.hub, claimed, i + 1, train_loss=loss, **changes)
    return row, claimed


def read(client: httpx.Client, row: ExperimentRow, **query: int) -> dict[str, Any]:
    answer = client.get(f"/v1/experiments/{row.id}/metrics", params=query)
    assert answer.status_code == 200
    page: dict[str, Any] = answer.json()
    return page


def test_rows_come_in_order_with_every_key_of_the_contract(service: Service, client: httpx.Client) -> None:
    row, _ = trained(service, [0.3, 0.1 + 0.2])
    page = read(client, row)
    assert [list(one) for one in page["data"]] == [list(MetricsRow.model_fields)] * 2
    assert [one["train_loss"] for one in page["data"]] == [0.3, 0.30000000000000004]
    assert (page["last_epoch"], page["status"]) == (2, "running")
    assert read(client, row, after=1)["data"] == page["data"][1:]
    assert read(client, row, after=2) == {"data": [], "last_epoch": 2, "status": "running", "last_event": 4}


def test_nan_and_infinities_survive_in_json_and_csv(service: Service, client: httpx.Client) -> None:
    row, _ = trained(service, [NAN, INFINITY, -INFINITY, 1e-300], validation_accuracy=None)
    spelled = ["NaN", "Infinity", "-Infinity"]
    assert [one["train_loss"] for one in read(client, row)["data"]] == [*spelled, 1e-300]
    assert client.get(f"/v1/experiments/{row.id}").json()["latest"]["train_loss"] == 1e-300
    answer = client.get(f"/v1/experiments/{row.id}/metrics", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == list(MetricsRow.model_fields)
    assert [one["train_loss"] for one in rows] == [*spelled, "1e-300"]
    assert {one["validation_accuracy"] for one in rows} == {""}
    assert [one["at"] for one in rows] == [one["at"] for one in read(client, row)["data"]]


def test_a_long_poll_answers_when_a_row_arrives(service: Service, client: httpx.Client) -> None:
    row, claimed = trained(service, [0.5])

    def train() -> None:
        wait_for(lambda: service.broadcaster.subscribers == 1)
        train_epoch(service.hub, claimed, 2)

    later = threading.Thread(target=train)
    later.start()
    page = read(client, row, after=1, wait=60)
    later.join()
    assert [one["epoch"] for one in page["data"]] == [2]


def test_a_long_poll_answers_when_the_experiment_is_over(service: Service, client: httpx.Client) -> None:
    row, claimed = trained(service, [0.5])

    def end() -> None:
        wait_for(lambda: service.broadcaster.subscribers == 1)
        with service.hub.write() as session:
            runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)

    later = threading.Thread(target=end)
    later.start()
    told = read(client, row, after=1, wait=60)
    assert told == {"data": [], "last_epoch": 1, "status": "succeeded", "last_event": 5}
    later.join()
    assert read(client, row, after=1, wait=60)["status"] == "succeeded"


def test_a_long_poll_answers_at_once_when_there_is_something(service: Service, client: httpx.Client) -> None:
    row, _ = trained(service, [0.5])
    assert read(client, row, wait=60)["last_epoch"] == 1


def test_a_long_poll_ends_without_news(service: Service, client: httpx.Client) -> None:
    row, _ = trained(service, [0.5])
    assert read(client, row, after=1, wait=1) == {"data": [], "last_epoch": 1, "status": "running", "last_event": 3}


@on_sqlite
@pytest.mark.parametrize("creates", [False, True])
def test_a_wait_ends_when_its_client_leaves(service: Service, client: httpx.Client, *, creates: bool) -> None:
    row, _ = trained(service, [0.5])
    poll = client.build_request("GET", f"/v1/experiments/{row.id}/metrics", params={"after": 1, "wait": 60})
    create = client.build_request("POST", "/v1/experiments", json=SPEC, headers={"Prefer": "wait=60"})
    with sent(create if creates else poll):
        wait_for(lambda: service.broadcaster.subscribers == 1)
    wait_for(lambda: service.broadcaster.subscribers == 0)


@contextmanager
def sent(request: httpx.Request) -> Iterator[None]:
    """Send the request, and close its connection at the end of the block."""
    with socket.create_connection((request.url.host, request.url.port or 80)) as connection:
        head = b"".join(b"%s: %s\r\n" % header for header in request.headers.raw)
        connection.sendall(b"%s %s HTTP/1.1\r\n%s\r\n" % (request.method.encode(), request.url.raw_path, head))
        connection.sendall(request.read())
        yield


def test_fewer_points_keep_the_ends_and_the_extremes(service: Service, client: httpx.Client) -> None:
    losses = [1.0 + i % 3 for i in range(40)]
    losses[17], losses[23], losses[30] = 100.0, -5.0, NAN
    row, _ = trained(service, losses)
    for most in (2, 3, 10, 39, 40, 10_000):
        page = read(client, row, max_points=most)
        epochs = [one["epoch"] for one in page["data"]]
        assert len(epochs) <= most
        assert epochs == sorted(set(epochs))
        assert (epochs[0], epochs[-1], page["last_epoch"]) == (1, 40, 40)
        assert most < 10 or {18, 24, 31} <= set(epochs)


@pytest.mark.parametrize("after", [2**31 - 1, 2**31, 2**53 - 1])
def test_an_epoch_that_no_column_holds_is_later_than_all(service: Service, client: httpx.Client, after: int) -> None:
    row, _ = trained(service, [0.5])
    for query in ({}, {"max_points": 10}, {"wait": 1, "max_points": 2}):
        assert read(client, row, after=after, **query)["data"] == []


def long_run(service: Service, epochs: int) -> ExperimentRow:
    """A run with this number of metrics rows, written at once. Every training loss is 1, except for one peak."""
    row = submit(service.hub, epochs=100_000)
    claim(service.hub, row)
    told = metrics_row(1).model_dump() | {"experiment_id": row.id, "train_loss": 1.0}
    with service.hub.write() as session:
        session.execute(insert(MetricRow), [told | {"epoch": epoch} for epoch in range(1, epochs + 1)])
        session.execute(update(MetricRow).where(MetricRow.epoch == epochs // 2).values(train_loss=9.0))
        session.execute(update(ExperimentRow).where(ExperimentRow.id == row.id).values(epoch=epochs))
    return row


@on_sqlite
def test_one_answer_has_so_many_rows_and_says_how_to_go_on(service: Service, client: httpx.Client) -> None:
    total = 2 * MOST_ROWS + 5
    row = long_run(service, total)
    path, seen = f"/v1/experiments/{row.id}/metrics", [0]
    sizes = []
    while True:
        answer = client.get(path, params={"after": seen[-1]})
        page = answer.json()
        sizes.append(len(page["data"]))
        seen.extend(one["epoch"] for one in page["data"])
        assert page["last_epoch"] == total
        assert answer.links.get("next", {}).get("url") == (f"?after={seen[-1]}" if seen[-1] < total else None)
        if seen[-1] == total:
            break
    assert sizes == [MOST_ROWS, MOST_ROWS, 5]
    assert seen == list(range(total + 1))


@on_sqlite
def test_the_client_and_csv_lose_no_row_of_a_long_run(service: Service, client: httpx.Client) -> None:
    total = 2 * MOST_ROWS + 5
    row = long_run(service, total)
    with Client(service.access.url, key=service.access.key) as gradus:
        assert [one.epoch for one in gradus.experiments.get(row.id).metrics().data] == list(range(1, total + 1))
        run = gradus.experiments.get(row.id)
        assert [one.epoch for one in run.metrics(after=3).data] == list(range(4, total + 1))
        assert len(run.to_frame()) == total
    text = client.get(f"/v1/experiments/{row.id}/metrics?after=2", headers={"Accept": "text/csv"}).text
    assert [int(line.split(",")[0]) for line in text.splitlines()[1:]] == list(range(3, total + 1))


def test_a_choice_among_very_many_rows_looks_at_so_many(service: Service) -> None:
    row = long_run(service, 1000)
    with service.hub.read() as session:
        everything = metrics.losses(session, row.id)
        assert [epoch for epoch, _ in everything] == list(range(1, 1001))
        for most in (2, 3, 10, 99, 999):
            some = [epoch for epoch, _ in metrics.losses(session, row.id, most=most)]
            assert len(some) <= most
            assert (some[0], some[-1]) == (1, 1000)
            assert len({b - a for a, b in itertools.pairwise(some[:-1])}) <= 1
        assert [epoch for epoch, _ in metrics.losses(session, row.id, after=990, most=4)] == [991, 995, 999, 1000]
        assert list(metrics.losses(session, row.id, after=1000)) == []


@on_sqlite
def test_several_histories_have_so_many_rows_together(service: Service, client: httpx.Client) -> None:
    ids = [long_run(service, 2000).id for _ in range(12)]
    data = client.get("/v1/metrics", params={"experiment": ids, "max_points": 1000}).json()["data"]
    assert MOST_ROWS // 2 < sum(len(page["data"]) for page in data.values()) <= MOST_ROWS
    assert all(page["data"][-1]["epoch"] == 2000 for page in data.values())
    assert all(any(one["train_loss"] == 9 for one in page["data"]) for page in data.values())
