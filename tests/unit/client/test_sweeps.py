"""A sweep's handle: what it knows, and which requests it sends."""

import json

import httpx
import pytest

from gradus.client import Sweep
from gradus.client.sweeps import Sweeps
from gradus.wire.sweep import SweepStatus
from tests.unit.client.said import (
    SWEEP,
    UNREACHED,
    Script,
    document,
    metrics_page,
    ok,
    refused,
    sweep,
    sweep_document,
)


def test_the_best_result_is_the_first_that_has_a_value() -> None:
    found = Sweep(Script(), SWEEP)
    assert found.best is not None
    assert (found.best.label, [result.label for result in found.results]) == ("+ dropout", ["+ dropout", "base"])
    results = [{**result, "mean": None} for result in sweep_document()["results"]]
    assert Sweeps(Script(ok(sweep(results=results)))).get("swp_1").best is None


def test_waiting_asks_for_a_member_that_is_not_over_and_outlasts_an_outage() -> None:
    running, over = sweep(status="running"), sweep()
    service = Script(ok(running), UNREACHED, ok(metrics_page("running")), ok(over))
    assert Sweep(service, SWEEP).wait().status is SweepStatus.SUCCEEDED
    assert service.paths[1:3] == ["/v1/experiments/exp_+ dropout_0/metrics"] * 2
    assert service.asked[1].url.params["after"] == str(2**53 - 1)
    with pytest.raises(TimeoutError, match="swp_1 is running after 0 s; it is not stopped"):
        Sweep(Script(ok(running)), SWEEP).wait(0)


def test_waiting_goes_on_when_the_member_that_it_asked_for_is_deleted() -> None:
    service = Script(ok(sweep(status="running")), refused(404, "not_found"), ok(sweep()))
    assert Sweep(service, SWEEP).wait().status is SweepStatus.SUCCEEDED


def test_watching_yields_it_when_something_has_changed() -> None:
    running = [sweep(status="running"), sweep(status="running"), sweep(status="running", counts={"running": 3})]
    service = Script(*map(ok, [*running, sweep()]))
    counts = [dict(change.counts) for change in Sweep(service, SWEEP).watch(interval=5)]
    assert counts == [{"running": 4}, {"running": 3}, {"succeeded": 4}]
    assert service.slept == [5, 5, 5]


def test_its_members_are_the_experiments_of_all_pages() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        last = "cursor" in request.url.params
        body = {"data": [document(id=f"exp_{last:d}")], "next_cursor": None if last else "more"}
        return ok(json.dumps(body).encode())

    service = Script(page, page)
    assert [member.id for member in Sweep(service, SWEEP).members()] == ["exp_0", "exp_1"]
    assert {request.url.params["sweep"] for request in service.asked} == {"swp_1"}


def test_a_list_has_no_results_until_they_are_asked_for() -> None:
    summary = {key: value for key, value in sweep_document().items() if key not in {"results", "request"}}
    body = json.dumps({"data": [summary], "next_cursor": None}).encode()
    service = Script(ok(body), ok(sweep()))
    (found,) = Sweeps(service).list(limit=1)
    assert repr(found) == "<Sweep swp_1 'dropout?' succeeded 4/4>"
    with pytest.raises(AssertionError, match=r"refresh\(\) first"):
        _ = found.results
    assert list(found.to_frame().index) == ["+ dropout", "base"]
    assert len(found.results) == 2
