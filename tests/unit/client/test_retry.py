"""When a request is repeated, with scripted responses instead of a network, and without waiting."""

from collections.abc import Callable

import httpx
import pytest

from gradus.client import Experiment, Sweep
from gradus.client.experiments import Experiments
from gradus.client.keys import Keys
from gradus.client.request import MAX_RETRIES
from gradus.client.retry import WAITING, backoff
from gradus.client.sweeps import Sweeps
from gradus.errors import GradusError, NotFound, ServerFault, TooManyRequests, Unavailable
from gradus.status import Status
from tests.unit.client.said import (
    CUT,
    RECORD,
    SWEEP,
    UNREACHED,
    Reply,
    Script,
    metrics_page,
    ok,
    record,
    refused,
    sweep,
)

Ask = Callable[[Script], object]


def get(service: Script) -> object:
    return Experiments(service).get("exp_1").record


def create(service: Script) -> object:
    return Experiments(service).create(dataset="digits", layers=[8]).record


def extend(service: Script) -> object:
    return Experiment(service, RECORD).extend(3).record


def cancel(service: Script) -> object:
    return Experiment(service, RECORD).cancel().record


def fork(service: Script) -> object:
    return Experiment(service, RECORD).fork(seed=1).record


def delete(service: Script) -> object:
    return Experiment(service, RECORD).delete()


def new_key(service: Script) -> object:
    return Keys(service).create("script")


def answer() -> httpx.Response:
    return ok(record())


def limited(seconds: int) -> httpx.Response:
    return refused(429, "rate_limited", **{"Retry-After": str(seconds)})


def down(status: int) -> httpx.Response:
    return refused(503, "unavailable") if status == 503 else httpx.Response(status, text="<html>")


@pytest.mark.parametrize(
    ("ask", "replies"),
    [
        (get, [answer()]),
        (get, [CUT, answer()]),
        (get, [down(503), down(502), down(504), answer()]),
        (create, [CUT, UNREACHED, down(502), answer()]),
        (extend, [CUT, answer()]),
        (cancel, [CUT, answer()]),
        (fork, [CUT, answer()]),
        (create, [limited(3), answer()]),
    ],
)
def test_a_request_that_is_not_done_twice_is_sent_again_as_it_was(ask: Ask, replies: list[Reply]) -> None:
    service = Script(*replies)
    assert ask(service) == RECORD
    assert len(service.asked) == len(replies)
    sent = {(one.method, one.url, one.headers.get("Idempotency-Key"), one.content) for one in service.asked}
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("ask", "replies", "kind", "code"),
    [
        (new_key, [CUT], Unavailable, "answer_lost"),  # it may be there
        (new_key, [down(503)], Unavailable, "unavailable"),
        (new_key, [down(502)], ServerFault, "no_problem"),
        (new_key, [UNREACHED] * (MAX_RETRIES + 1), Unavailable, "unreachable"),  # it never arrived
        (create, [CUT] * (MAX_RETRIES + 1), Unavailable, "unreachable"),
        (get, [down(503) for _ in range(MAX_RETRIES + 1)], Unavailable, "unavailable"),
        (get, [refused(500)], ServerFault, "internal"),
        (get, [refused(404, "not_found")], NotFound, "not_found"),
        (get, [limited(3600)], TooManyRequests, "rate_limited"),
        (delete, [refused(404, "not_found")], NotFound, "not_found"),
        (get, [ok(b"<html>")], ServerFault, "unreadable_answer"),
    ],
)
def test_what_cannot_get_better_or_may_be_done_already_is_raised(
    ask: Ask, replies: list[Reply], kind: type[GradusError], code: str
) -> None:
    service = Script(*replies)
    with pytest.raises(kind) as caught:
        ask(service)
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert not service.replies


def test_a_delete_whose_answer_was_lost_is_done_when_nothing_is_there_any_more() -> None:
    service = Script(CUT, refused(404, "not_found"))
    assert delete(service) is None
    assert len(service.asked) == 2


def test_every_request_that_must_be_done_once_has_a_key_of_its_own() -> None:
    service = Script(*(ok(record()) for _ in range(5)), *(ok(sweep()) for _ in range(4)))
    experiments, sweeps = Experiments(service), Sweeps(service)
    for _ in range(2):
        experiments.create()
    experiments.create(idempotency_key="mine")
    Experiment(service, RECORD).extend(1)
    Experiment(service, RECORD).fork()
    sweeps.create()
    Sweep(service, SWEEP).extend(seeds=[1])
    Sweep(service, SWEEP).retry()
    Sweep(service, SWEEP).retry(idempotency_key="my other")
    keys = [request.headers["Idempotency-Key"] for request in service.asked]
    assert len(set(keys)) == len(keys)
    assert (keys[2], keys[-1]) == ("mine", "my other")


def test_retry_after_is_waited_for_and_told() -> None:
    service = Script(limited(7), answer())
    get(service)
    assert service.slept == [7]
    service = Script(*(limited(7) for _ in range(MAX_RETRIES + 1)))
    with pytest.raises(TooManyRequests) as caught:
        get(service)
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
def test_pauses_double_are_random_and_obey(attempt: int, retry_after: float, least: float, most: float) -> None:
    drawn = [backoff(attempt, retry_after) for _ in range(50)]
    assert all(least <= one <= most for one in drawn)
    assert least == most or len(set(drawn)) > 1


def test_waiting_asks_for_an_epoch_that_never_comes_and_outlasts_a_restart() -> None:
    running, over = record(status="running"), record(status="succeeded")
    outage: list[Reply] = [UNREACHED] * (WAITING * MAX_RETRIES // 2)
    replies: list[Reply] = [
        ok(running),
        *outage,
        ok(metrics_page("running")),
        ok(running),
        ok(metrics_page("succeeded")),
        ok(over),
    ]
    service = Script(*replies)
    assert Experiment(service, RECORD).wait().status is Status.SUCCEEDED
    polls = [request.url.params for request in service.asked if request.url.path.endswith("metrics")]
    assert {(poll["after"], poll["wait"]) for poll in polls} == {("3", "60")}  # of 3 epochs
    assert len(service.slept) == len(outage)


@pytest.mark.parametrize("seconds", [0, 0.0])
def test_waiting_no_longer_than_asked_says_that_the_experiment_goes_on(seconds: float) -> None:
    with pytest.raises(TimeoutError, match=f"exp_1 is running after {seconds} s; it is not stopped"):
        Experiment(Script(ok(record(status="running"))), RECORD).wait(seconds)


def test_waiting_says_why_no_more_is_known() -> None:
    with pytest.raises(TimeoutError, match=r"exp_1 is queued after 0 s \(nothing answers at http://here .*"):
        Experiment(Script(UNREACHED), RECORD).wait(0)
