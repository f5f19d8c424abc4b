"""Settings for all requests, what is logged, and what an error says about its request."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, assert_type

import httpx
import pytest

from gradus import AsyncClient, AsyncExperiment, AsyncSweep, Client, Experiment, Sweep
from gradus.client.experiments import Experiments
from gradus.errors import BY_STATUS, BadRequest, GradusError, NotFound, TooManyRequests, Unavailable
from gradus.wire.system import SystemRecord
from tests.unit.client.said import CUT, RECORD, Script, ok, problem, record, refused, sweep

KEY = "gk_secret"


def client_of(reply: Callable[[httpx.Request], httpx.Response], **options: float) -> Client:
    return Client("http://here", key=KEY, transport=httpx.MockTransport(reply), timeout=options.get("timeout", 30.0))


def test_options_hold_for_every_request_of_a_client_and_can_be_changed_for_some() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return ok(record())

    first = Client(
        "http://here", key=KEY, timeout=7, headers={"X-Team": "a", "X-Only": "1"}, transport=httpx.MockTransport(reply)
    )
    second = first.with_options(timeout=3, headers={"X-Team": "b"})
    for client in (first, second, first):
        client.experiments.get("exp_1").refresh()
    assert [request.extensions["timeout"]["read"] for request in asked] == [7, 7, 3, 3, 7, 7]
    assert [request.headers["X-Team"] for request in asked] == ["a", "a", "b", "b", "a", "a"]
    assert {request.headers["X-Only"] for request in asked} == {"1"}
    assert {request.headers["Authorization"] for request in asked} == {f"Bearer {KEY}"}
    assert second._transport.http is first._transport.http
    second.close()
    with pytest.raises(RuntimeError, match="closed"):
        first.system()


def test_a_header_replaces_one_of_the_same_name_in_any_case_and_the_request_has_the_last_word() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return ok(b"{}")

    headers = {"X-Team": "a", "accept": "text/csv"}
    first = Client("http://here", headers=headers, transport=httpx.MockTransport(reply))
    with first.with_options(headers={"x-team": "b"}) as client:
        client.request("GET", "/v1/system", headers={"Accept": "application/json"})
    assert asked[0].headers.get_list("X-Team") == ["b"]
    assert asked[0].headers.get_list("Accept") == ["application/json"]


@pytest.mark.parametrize("value", ["a\nb", "ä", " a", 1], ids=["two lines", "not ASCII", "a space", "a number"])
def test_a_header_that_cannot_be_sent_is_refused_before_anything_is(value: Any) -> None:
    service = Script()
    with pytest.raises(BadRequest, match="'Idempotency-Key' cannot be sent"):
        Experiments(service).create(dataset="digits", layers=[8], idempotency_key=value)
    assert service.slept == []


def test_a_request_of_one_s_own_is_sent_again_only_if_that_does_nothing_twice() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        raise httpx.ReadError("the line was cut")

    with Client("http://here", max_retries=1, transport=httpx.MockTransport(reply)) as client:
        for headers, tries in (({}, 1), ({"idempotency-key": "k"}, 2)):
            asked.clear()
            with pytest.raises(Unavailable):
                client.request("post", "/v1/experiments", json={}, headers=headers)
            assert [request.method for request in asked] == ["POST"] * tries


def test_the_key_goes_to_no_other_address() -> None:
    with client_of(lambda _: ok(b"{}")) as client, pytest.raises(BadRequest, match="is not a path"):
        client.request("GET", "http://elsewhere/v1/system")


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_request_is_sent_again_as_often_as_the_caller_allows(retries: int) -> None:
    asked: list[str] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return refused(503, "unavailable", **{"Retry-After": "0"})

    with Client("http://here", max_retries=retries, transport=httpx.MockTransport(reply)) as client:
        with pytest.raises(Unavailable):
            client.experiments.get("exp_1")
        assert len(asked) == 1 + retries
        with pytest.raises(Unavailable):
            client.with_options(max_retries=0).sweeps.get("swp_1")
    assert len(asked) == 2 + retries


def test_requests_answers_and_retries_are_logged_and_keys_never(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="gradus")
    service = Script(CUT, refused(404, "not_found"))
    with pytest.raises(NotFound):
        Experiment(service, RECORD).refresh()
    said = [(entry.levelname, entry.getMessage()) for entry in caplog.records if entry.name == "gradus"]
    assert [level for level, _ in said] == ["DEBUG", "INFO", "DEBUG", "DEBUG"]
    assert said[0][1] == "GET /v1/experiments/exp_1"
    assert "the line was cut" in said[1][1]
    assert "next attempt in" in said[1][1]
    assert said[3][1] == "GET /v1/experiments/exp_1: 404"
    assert KEY not in caplog.text


def test_an_address_with_a_password_is_shown_without_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="gradus")

    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nothing listens")

    with Client("http://me:word@here", max_retries=1, transport=httpx.MockTransport(cut)) as client:
        with pytest.raises(Unavailable, match="nothing answers at http://here ") as caught:
            client.system()
        assert "word" not in str(caught.value) + caplog.text


@pytest.mark.parametrize("status", sorted(BY_STATUS))
def test_an_error_knows_its_request_and_its_answer(status: int) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=problem(status, "told"), headers={"Retry-After": "100"})

    with client_of(refuse) as client, pytest.raises(BY_STATUS[status]) as caught:
        client.experiments.get("exp_1")
    error: GradusError = caught.value
    assert error.request is not None
    assert error.response is not None
    assert (error.request.method, error.request.url.path) == ("GET", "/v1/experiments/exp_1")
    assert (error.response.status_code, error.response.json()["code"]) == (status, "told")
    assert not isinstance(error, TooManyRequests) or error.retry_after == 100
    assert KEY not in repr(vars(error))


def test_an_error_without_an_answer_knows_its_request() -> None:
    service = Script(CUT)
    service.options = service.options.__class__(max_retries=0)
    with pytest.raises(Unavailable) as caught:
        Experiment(service, RECORD).refresh()
    assert caught.value.response is None
    assert caught.value.request is not None
    assert caught.value.request.url == "http://here/v1/experiments/exp_1"


def test_any_request_can_be_sent_and_its_document_read() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204) if request.method == "DELETE" else ok(b'{"data": [1]}')

    with client_of(reply) as client:
        assert client.request("GET", "/v1/things", params={"limit": 1}) == {"data": [1]}
        assert client.request("POST", "/v1/things", json={"a": None}, headers={"X-A": "b"}) == {"data": [1]}
        assert client.request("DELETE", "/v1/things/1") is None
    assert [str(request.url) for request in asked[:2]] == ["http://here/v1/things?limit=1", "http://here/v1/things"]
    assert (asked[1].content, asked[1].headers["X-A"]) == (b'{"a": null}', "b")
    assert {request.headers["Authorization"] for request in asked} == {f"Bearer {KEY}"}


def test_type_checkers_know_what_each_client_gives() -> None:
    """mypy checks the types in this test: they say which results must be awaited."""

    def reply(request: httpx.Request) -> httpx.Response:
        return ok(sweep() if "sweeps" in request.url.path else record())

    with client_of(reply) as client:
        experiment = assert_type(client.experiments.get("exp_1"), Experiment)
        assert assert_type(experiment.refresh(), Experiment) is experiment
        found = assert_type(client.sweeps.get("swp_1"), Sweep)
        assert_type(client.system, Callable[[], SystemRecord])
        assert assert_type(found.refresh(), Sweep) is found

    async def ask() -> None:
        async with AsyncClient("http://here", key=KEY, transport=httpx.MockTransport(reply)) as client:
            experiment = assert_type(await client.experiments.get("exp_1"), AsyncExperiment)
            assert assert_type(await experiment.refresh(), AsyncExperiment) is experiment
            found = assert_type(await client.sweeps.get("swp_1"), AsyncSweep)
            assert assert_type(await found.refresh(), AsyncSweep) is found

    asyncio.run(ask())
