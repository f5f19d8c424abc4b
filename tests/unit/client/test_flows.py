"""What a client does, step by step: the flows are driven by hand, without a network and without waiting."""

from collections.abc import Sequence
from typing import Any

import pytest

from gradus.client import calls
from gradus.client.calls import Call
from gradus.client.flows import ended, send
from gradus.client.patience import LONG, RETRIES, pause
from gradus.client.steps import Answer, Ask, Done, Flow, Lost, Rest, Step, Tell, advance
from gradus.errors import GradusError, NotFound, ServerFault, TooManyRequests, Unavailable
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord
from tests.unit.client.said import RECORD, metrics_page, problem, record

OK = Answer(200, record())
REFUSED = Lost("nothing answers", sent=False)
CUT = Lost("the line was cut", sent=True)
GET = calls.experiment("exp_1")
CREATE = calls.create(dataset="digits", layers=[8])
EXTEND = calls.extend("exp_1", 3)
CANCEL = calls.cancel("exp_1")
NEW_KEY = calls.create_key({"name": "script"})
DELETE = calls.delete("exp_1")


def limited(seconds: float) -> Answer:
    return Answer(429, problem(429, "rate_limited"), retry_after=seconds)


def down(status: int) -> Answer:
    return Answer(status, problem(status, "unavailable") if status == 503 else b"<html>")


def driven(flow: Flow[Any, Any], replies: Sequence[object]) -> tuple[object, list[Step]]:
    """What the flow comes to when its questions get these replies, one after the other, and the steps it took."""
    left, steps = list(replies), []
    step = advance(flow)
    while not isinstance(step, Done):
        assert not isinstance(step, Tell)
        steps.append(step)
        step = advance(flow, None if isinstance(step, Rest) else left.pop(0))
    assert not left
    return step.value, steps


def asked(steps: Sequence[Step]) -> list[Call[Any]]:
    return [step.call for step in steps if isinstance(step, Ask)]


@pytest.mark.parametrize(
    ("call", "replies"),
    [
        (GET, [OK]),
        (GET, [CUT, OK]),
        (GET, [down(503), down(502), down(504), OK]),
        (CREATE, [CUT, REFUSED, down(502), OK]),
        (EXTEND, [CUT, OK]),
        (CANCEL, [CUT, OK]),
        (calls.fork("exp_1"), [CUT, OK]),
        (CREATE, [limited(3), OK]),
    ],
)
def test_a_call_that_cannot_be_done_twice_is_sent_again_as_it_was(call: Call[Any], replies: list[object]) -> None:
    value, steps = driven(send(call), replies)
    assert value == RECORD
    assert all(one is call for one in asked(steps))
    assert len(asked(steps)) == len(replies)


@pytest.mark.parametrize(
    ("call", "replies", "kind", "code"),
    [
        (NEW_KEY, [CUT], Unavailable, "answer_lost"),  # it may be there
        (NEW_KEY, [down(503)], Unavailable, "unavailable"),
        (NEW_KEY, [down(502)], ServerFault, "no_problem"),
        (NEW_KEY, [REFUSED] * (RETRIES + 1), Unavailable, "unreachable"),  # it never arrived
        (CREATE, [CUT] * (RETRIES + 1), Unavailable, "unreachable"),
        (GET, [down(503)] * (RETRIES + 1), Unavailable, "unavailable"),
        (GET, [Answer(500, problem(500, "internal"))], ServerFault, "internal"),
        (GET, [Answer(404, problem(404, "not_found"))], NotFound, "not_found"),
        (GET, [limited(3600)], TooManyRequests, "rate_limited"),
        (DELETE, [Answer(404, problem(404, "not_found"))], NotFound, "not_found"),
        (GET, [Answer(200, b"<html>")], ServerFault, "unreadable_answer"),
    ],
)
def test_what_cannot_get_better_or_may_be_done_already_is_told(
    call: Call[Any], replies: list[object], kind: type[GradusError], code: str
) -> None:
    with pytest.raises(kind) as caught:
        driven(send(call), replies)
    assert (type(caught.value), caught.value.code) == (kind, code)


def test_a_delete_whose_answer_was_lost_is_done_when_nothing_is_there_any_more() -> None:
    value, _ = driven(send(DELETE), [CUT, Answer(404, problem(404, "not_found"))])
    assert value is None


def test_every_call_that_must_be_done_once_has_a_key_of_its_own() -> None:
    on_sweeps = [calls.create_sweep(), calls.extend_sweep("a", seeds=[1]), calls.retry_sweep("a")]
    made = [calls.create(), calls.create(), calls.extend("a", 1), calls.fork("a"), *on_sweeps]
    keys = [call.headers["Idempotency-Key"] for call in made]
    assert len(set(keys)) == len(keys)
    assert calls.create(idempotency_key="mine").headers["Idempotency-Key"] == "mine"
    assert calls.retry_sweep("a", idempotency_key="mine").headers["Idempotency-Key"] == "mine"


def test_retry_after_is_waited_for_and_told() -> None:
    _, steps = driven(send(GET), [limited(7), OK])
    assert [step.seconds for step in steps if isinstance(step, Rest)] == [7]
    with pytest.raises(TooManyRequests) as caught:
        driven(send(GET, retries=0), [limited(7)])
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("attempt", "retry_after", "least", "most"),
    [
        (0, 0.0, 0.1, 0.2),  # half of 0.2 to 0.2
        (1, 0.0, 0.2, 0.4),
        (3, 0.0, 0.8, 1.6),
        (4, 0.0, 1.0, 2.0),  # never longer than 2
        (1000, 0.0, 1.0, 2.0),
        (0, 5.0, 5.0, 5.0),  # as the service asks
        (4, 0.5, 1.0, 2.0),
    ],
)
def test_pauses_double_are_spread_and_obey(attempt: int, retry_after: float, least: float, most: float) -> None:
    drawn = [pause(attempt, retry_after) for _ in range(50)]
    assert all(least <= one <= most for one in drawn)
    assert least == most or len(set(drawn)) > 1


def test_waiting_asks_for_an_epoch_that_never_comes_and_outlasts_a_restart() -> None:
    running, over = Answer(200, record(status="running")), Answer(200, record(status="succeeded"))
    replies = [running, *[REFUSED] * (LONG // 2), Answer(200, metrics_page("running")), running, metrics(), over]
    value, steps = driven(ended("exp_1"), replies)
    assert isinstance(value, ExperimentRecord)
    assert value.status is Status.SUCCEEDED
    polls = [call for call in asked(steps) if call.path.endswith("metrics")]
    assert {(call.query["after"], call.query["wait"]) for call in polls} == {(3, 60)}  # of 3 epochs


def metrics() -> Answer:
    return Answer(200, metrics_page("succeeded"))


def test_waiting_no_longer_than_asked_says_that_the_run_goes_on() -> None:
    with pytest.raises(TimeoutError, match="exp_1 is running after 0 s; it goes on"):
        driven(ended("exp_1", 0), [Answer(200, record(status="running"))])
