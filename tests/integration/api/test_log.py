"""`GET /v1/experiments/{id}/log`."""

import httpx
import pytest

from hub.database.database import now
from hub.experiments import events
from hub.ids import new_id
from tests.integration.api.service import Service, assert_problem, on_sqlite
from tests.integration.hub.work import claim, submit, train_epoch


def test_the_lines_come_in_order_with_their_times_and_without_other_events(
    service: Service, client: httpx.Client
) -> None:
    row = submit(service.hub)
    claimed = claim(service.hub, row)
    for epoch, said in enumerate(("first", "second", "third"), start=1):
        train_epoch(service.hub, claimed, epoch)
        with service.hub.write() as session:
            events.append(session, [events.log(row.id, said, "warning")], now(session))
    page = client.get(f"/v1/experiments/{row.id}/log").json()
    data = page["data"]
    mine = [line for line in data if line["level"] == "warning"]
    assert [line["message"] for line in mine] == ["first", "second", "third"]
    assert [line["at"] for line in mine] == sorted(line["at"] for line in mine)
    assert list(mine[0]) == ["level", "message", "id", "at"]
    later = client.get(f"/v1/experiments/{row.id}/log", params={"after": mine[0]["id"], "limit": 1}).json()["data"]
    assert later == mine[1:2]
    assert page["last_event"] == 8  # queued and running, then three times an epoch and its line


@on_sqlite
def test_the_log_of_an_unknown_experiment_is_not_found(client: httpx.Client) -> None:
    assert_problem(client.get(f"/v1/experiments/{new_id('exp')}/log"), 404)


@pytest.mark.parametrize("after", [2**31, 2**53 - 1])
def test_a_number_that_no_column_holds_is_later_than_all(service: Service, client: httpx.Client, after: int) -> None:
    answer = client.get(f"/v1/experiments/{submit(service.hub).id}/log", params={"after": after})
    assert (answer.status_code, answer.json()["data"]) == (200, [])
