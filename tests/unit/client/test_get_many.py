"""Requesting several experiments: one request for fifty of them, and the order of the results."""

import json
from typing import Any

import httpx
import pytest

from gradus.client.experiments import Experiments
from gradus.errors import NotFound
from tests.unit.client.said import Script, document, metrics_row, ok

IDS = [f"exp_{i}" for i in range(60)]


def answer(request: httpx.Request) -> httpx.Response:
    """The response of a service that has all experiments of IDS."""
    if request.url.path == "/v1/experiments":
        named = request.url.params.get_list("id")
        body: dict[str, Any] = {
            "data": [document(id=one) for one in reversed(named) if one in IDS],
            "next_cursor": None,
        }
    else:
        page = {"data": [metrics_row(1)], "last_epoch": 1, "status": "running", "last_event": 3}
        body = {"data": dict.fromkeys(request.url.params.get_list("experiment"), page)}
    return ok(json.dumps(body).encode())


def test_fifty_experiments_are_one_request_in_the_order_asked_for() -> None:
    service = Script(answer)
    assert [one.id for one in Experiments(service).get_many(IDS[:50])] == IDS[:50]
    assert service.paths == ["/v1/experiments"]


def test_fifty_curves_are_one_request() -> None:
    service = Script(answer, answer)
    assert [len(rows) for rows in Experiments(service).compare(*IDS[:50]).rows] == [1] * 50
    assert service.paths == ["/v1/experiments", "/v1/metrics"]


def test_more_are_a_request_for_each_fifty_and_one_named_twice_comes_twice() -> None:
    service = Script(answer, answer)
    assert [one.id for one in Experiments(service).get_many([*IDS, IDS[0]])] == [*IDS, IDS[0]]
    assert len(service.asked) == 2


def test_one_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="no experiment exp_nope"):
        Experiments(Script(answer)).get_many(["exp_1", "exp_nope"])
