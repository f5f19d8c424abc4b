"""Asking for several experiments: one request for fifty, and their order."""

import json

import pytest

from gradus.client import several
from gradus.client.steps import Answer, Ask, Done, Flow, advance
from gradus.errors import NotFound
from tests.unit.client.said import document, metrics_row

IDS = [f"exp_{i}" for i in range(60)]


def answered(flow: Flow[object, object]) -> tuple[object, list[str]]:
    """What the flow comes to with a service that has every one of IDS, and the paths that it asked for."""
    asked: list[str] = []
    step = advance(flow)
    while not isinstance(step, Done):
        assert isinstance(step, Ask)
        asked.append(step.call.path)
        if step.call.path == "/v1/experiments":
            named = step.call.query["id"]
            assert isinstance(named, tuple)
            body: dict[str, object] = {
                "data": [document(id=one) for one in reversed(named) if one in IDS],
                "next_cursor": None,
            }
        else:
            named = step.call.query["experiment"]
            assert isinstance(named, tuple)
            page = {"data": [metrics_row(1)], "last_epoch": 1, "status": "running", "last_event": 3}
            body = {"data": dict.fromkeys(named, page)}
        step = advance(flow, Answer(200, json.dumps(body).encode()))
    return step.value, asked


def test_fifty_records_are_one_request_in_the_order_asked_for() -> None:
    value, asked = answered(several.records(IDS[:50]))
    assert isinstance(value, list)
    assert [one.id for one in value] == IDS[:50]
    assert asked == ["/v1/experiments"]


def test_fifty_curves_are_one_request() -> None:
    value, asked = answered(several.curves(IDS[:50]))
    assert isinstance(value, list)
    assert [len(rows) for rows in value] == [1] * 50
    assert asked == ["/v1/metrics"]


def test_more_are_a_request_for_each_fifty_and_one_named_twice_is_told_twice() -> None:
    value, asked = answered(several.records([*IDS, IDS[0]]))
    assert isinstance(value, list)
    assert [one.id for one in value] == [*IDS, IDS[0]]
    assert len(asked) == 2


def test_one_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="no experiment exp_nope"):
        answered(several.records(["exp_1", "exp_nope"]))
