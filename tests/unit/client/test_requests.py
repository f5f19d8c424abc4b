"""The request that each call sends."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from gradus import Adam, Dense, Spec, SweepRequest
from gradus.client import Experiment, Sweep
from gradus.client.experiments import Experiments
from gradus.client.retry import retry_after
from gradus.client.sweeps import Sweeps
from gradus.errors import BadRequest, TooManyRequests
from tests.unit.client.said import RECORD, SWEEP, Script, document, metrics_page, ok, record, sweep

BASE = Spec(dataset="digits", layers=[8])


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda to: to.create({"dataset": "digits", "layers": [8]}), {"dataset": "digits", "layers": [8]}),
        (lambda to: to.create(dataset="digits", layers=[8]), {"dataset": "digits", "layers": [8]}),
        (lambda to: to.create({"dataset": "digits", "seed": 1}, seed=2), {"dataset": "digits", "seed": 2}),
        (lambda to: to.create(BASE), BASE.model_dump(mode="json")),
        (lambda to: to.create(BASE, seed=2), {**BASE.model_dump(mode="json"), "seed": 2}),
        (lambda to: to.create(optimizer=Adam(lr=0.1)), {"optimizer": Adam(lr=0.1).model_dump(mode="json")}),
        (lambda to: to.create(layers=(Dense(3), 4)), {"layers": [Dense(3).model_dump(mode="json"), 4]}),
    ],
)
def test_documents_types_and_fields_can_be_mixed(
    ask: Callable[[Experiments], object], expected: dict[str, Any]
) -> None:
    service = Script(ok(record()))
    ask(Experiments(service))
    assert service.bodies == [expected]


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda one: one.update(tags=["a"], notes=""), {"tags": ["a"], "notes": ""}),
        (
            lambda one: one.fork({"dropout": None}, seed=3),
            {"changes": {"dropout": None, "seed": 3}, "from_epoch": None},
        ),
        (lambda one: one.extend(3), {"epochs": 3}),
    ],
)
def test_changes_are_sent_as_they_are_given(ask: Callable[[Experiment], object], expected: dict[str, Any]) -> None:
    service = Script(ok(record()))
    ask(Experiment(service, RECORD))
    assert service.bodies == [expected]


def test_a_sweep_is_sent_as_its_fields_or_its_request() -> None:
    service = Script(*(ok(sweep()) for _ in range(3)))
    sweeps = Sweeps(service)
    sweeps.create(base=BASE, grid={"seed": [1]})
    sweeps.create(SweepRequest(base=BASE, variants={"plain": {"batch_norm": None}}), name="x")
    Sweep(service, SWEEP).extend(seeds=[4])
    first, second, third = service.bodies
    assert first == {"base": BASE.model_dump(mode="json"), "grid": {"seed": [1]}}
    assert second["variants"] == {"plain": {"batch_norm": None}}, "a null in a merge patch has to survive"
    assert third == {"seeds": [4]}


def test_what_has_no_form_in_json_is_refused_before_it_is_sent() -> None:
    with pytest.raises(BadRequest, match="cannot be written as JSON"):
        Experiments(Script()).create(dataset="digits", layers=[object()])


@pytest.mark.parametrize("name", ["../keys", "a/b", "a?b=c", "ü", "#"])
def test_an_id_stays_one_piece_of_the_path(name: str) -> None:
    service = Script(ok(record()))
    Experiments(service).get(name)
    (request,) = service.asked
    assert request.url.raw_path.count(b"/") == 3
    assert not request.url.query


def test_a_list_is_asked_for_page_by_page_and_not_further_than_is_wanted() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        first, size = int(request.url.params.get("cursor", 0)), int(request.url.params["limit"])
        data = [document(id=f"exp_{i}") for i in range(first, first + size)]
        return ok(json.dumps({"data": data, "next_cursor": str(first + size)}).encode())

    service = Script(page, page)
    found = Experiments(service).list(limit=250, search="dig", status=["queued", "running"], tag="t", dataset="digits")
    assert [one.id for one in found] == [f"exp_{i}" for i in range(250)]
    first, second = (request.url.params for request in service.asked)
    assert (first["limit"], second["limit"], second["cursor"]) == ("200", "50", "200")
    assert "order_by" not in first
    assert first.get_list("status") == ["queued", "running"]
    assert {name: first[name] for name in ("q", "tag", "dataset")} == {"q": "dig", "tag": "t", "dataset": "digits"}
    service = Script(page)
    assert next(Experiments(service).list(status="paused", order_by="created_at")).id == "exp_0"
    assert service.asked[0].url.params["order_by"] == "created_at"
    assert service.asked[0].url.params.get_list("status") == ["paused"]


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        (None, 0, 0),
        ("7", 7, 7),
        ("soon", 0, 0),
        ("-3", 0, 0),
        ("Fri, 31 Dec 2199 23:59:59 GMT", 5e9, 6e9),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
    ],
    ids=["none", "seconds", "a word", "negative", "a date to come", "a date gone by"],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, least: float, most: float) -> None:
    error = TooManyRequests("")
    error.response = httpx.Response(429, headers={"Retry-After": header} if header else {})
    assert least <= retry_after(error) <= most


def test_a_slow_answer_that_was_asked_for_is_waited_for() -> None:
    service = Script(ok(metrics_page("running")), ok(record()))
    Experiment(service, RECORD).metrics(wait=60)
    timeout = service.asked[0].extensions["timeout"]
    assert (timeout["read"], timeout["connect"]) == (90.0, 10.0)
