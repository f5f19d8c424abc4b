"""The service's responses match the OpenAPI document, whatever the state of an experiment."""

from typing import Any

import httpx
import pytest

from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from gradus.wire.metrics import MetricsRow
from hub.experiments import experiments as stored
from hub.hub import Hub
from hub.jobs import runs
from tests.integration.api.contract import Contract
from tests.integration.api.service import SPEC, Service, as_listed, on_sqlite, subscribed
from tests.integration.hub.work import INFINITY, NAN, claim, metrics_row, submit, train_epoch

DIVERGED = Failure(code=FailureCode.DIVERGED, message="no longer finite", epoch=2, step=4, layer="layers/0")
NUMBERS = [
    name for name, field in MetricsRow.model_fields.items() if name.endswith(("loss", "accuracy", "penalty", "norm"))
]


def fail(hub: Hub, **row: float) -> str:
    """An experiment that failed after one epoch with these metrics."""
    claimed = claim(hub, submit(hub))
    experiment_id = claimed.members[0].id
    train_epoch(hub, claimed, 1, **row)
    with hub.write() as session:
        runs.write_log(session, claimed.lease, experiment_id, "the loss is no longer finite", "warning")
        runs.end(session, claimed.lease, experiment_id, Status.FAILED, DIVERGED)
    return experiment_id


@on_sqlite
@pytest.mark.parametrize("value", [NAN, INFINITY, -INFINITY])
def test_numbers_that_are_not_finite_are_in_the_schema(
    service: Service, client: httpx.Client, contract: Contract, value: float
) -> None:
    """The client fixture compares each response with the document; this test also compares the events of a stream."""
    experiment_id = fail(service.hub, **dict.fromkeys(NUMBERS, value))
    spelled = str(value).replace("nan", "NaN").replace("inf", "Infinity")
    record = client.get(f"/v1/experiments/{experiment_id}").json()
    assert {record[row][name] for row in ("latest", "best") for name in NUMBERS} == {spelled}
    rows = client.get(f"/v1/experiments/{experiment_id}/metrics").json()["data"]
    assert client.get("/v1/metrics", params={"experiment": experiment_id}).json()["data"][experiment_id]["data"] == rows
    assert client.get("/v1/experiments", params={"id": experiment_id}).json()["data"] == [as_listed(record)]
    with subscribed(client, f"/v1/experiments/{experiment_id}/events") as events:
        told = list(events)
    assert {one.event for one in told} == {"status", "epoch", "log", "end"}
    for one in told:
        contract.hold_event(one.event, one.data)


@on_sqlite
def test_a_sweep_with_failures_is_what_the_schema_says(service: Service, client: httpx.Client) -> None:
    request = {"base": SPEC, "variants": {"wider": {"layers": [8]}}, "seeds": [0, 1], "objective": "train_loss"}
    made = client.post("/v1/sweeps", json=request).json()
    values = iter([NAN, 0.5, INFINITY, None])
    for result in made["results"]:
        for member in result["experiments"]:
            _end(service.hub, member, next(values))
    sweep = client.get(f"/v1/sweeps/{made['id']}").json()
    assert {"Infinity", 0.5, None} <= {value for result in sweep["results"] for value in result["values"]}
    assert [one["error"]["code"] for result in sweep["results"] for one in result["failed"]] == ["diverged"]


LEASES: dict[str, Any] = {}


def _end(hub: Hub, experiment_id: str, loss: float | None) -> None:
    """End an experiment: after one epoch with this loss or, if it is None, with a failure."""
    with hub.read() as session:
        row = stored.get(session, experiment_id)
        assert row is not None
    if row.job_id not in LEASES:
        LEASES[row.job_id] = claim(hub, row).lease
    lease = LEASES[row.job_id]
    with hub.write() as session:
        if loss is None:
            runs.end(session, lease, experiment_id, Status.FAILED, DIVERGED)
        else:
            runs.record_epochs(
                session, lease, {experiment_id: runs.EpochResult(metrics_row(1, train_loss=loss), best=True)}
            )
            runs.end(session, lease, experiment_id, Status.SUCCEEDED)


@on_sqlite
def test_the_check_finds_what_the_document_does_not_say(client: httpx.Client, contract: Contract) -> None:
    answer = client.get("/v1/system")
    for changed in ({"version": 7}, {"limits": None}):
        with pytest.raises(AssertionError, match="not "):
            contract.hold(httpx.Response(200, json=answer.json() | changed, request=answer.request))
    with pytest.raises(AssertionError, match="418"):
        contract.hold(httpx.Response(418, request=answer.request))
    with pytest.raises(AssertionError, match="text/html"):
        contract.hold(httpx.Response(200, html="<p>", request=answer.request))


@on_sqlite
def test_every_address_says_which_methods_it_has(client: httpx.Client, openapi: dict[str, Any]) -> None:
    for path, methods in openapi["paths"].items():
        answer = client.request("TRACE", path)
        known = {method.upper() for method in methods} | ({"HEAD"} if "get" in methods else set())
        assert (answer.status_code, answer.headers["allow"].split(", ")) == (405, sorted(known)), path


def test_every_operation_says_what_the_server_refuses(openapi: dict[str, Any]) -> None:
    """The server refuses requests that come too slowly or are too long before any route sees them."""
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            assert {"408", "414", "431"} <= set(operation["responses"]), (method, path)
            assert "requestBody" not in operation or {"413", "415", "422"} <= set(operation["responses"]), (
                method,
                path,
            )
