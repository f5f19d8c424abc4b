"""What an experiment's handle knows while events arrive, and which requests it sends."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from gradus.client import Client, Experiment, Sweep
from gradus.client.experiments import Experiments
from gradus.client.handle import after_epoch
from gradus.errors import BadRequest, PreconditionFailed
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow
from tests.unit.client.said import (
    AT,
    RECORD,
    SWEEP,
    Script,
    document,
    event,
    metrics_page,
    metrics_row,
    ok,
    record,
    refused,
    stream,
)

ACCURACIES = (0.5, 0.8, 0.7)
STREAMED = b"".join(
    [
        event(1, "status", document(status="queued")),
        event(2, "status", document(status="running")),
        *(event(2 + i, "epoch", metrics_row(i, validation_accuracy=ACCURACIES[i - 1])) for i in (1, 2, 3)),
        event(6, "status", document(status="succeeded")),
        event(7, "end", document(status="succeeded")),
    ]
)


def parsed(**changes: Any) -> ExperimentRecord:
    return ExperimentRecord.model_validate_json(record(**changes))


@pytest.mark.parametrize("way", ["watch", "events"])
def test_what_an_experiment_knows_is_as_new_as_what_it_tells(way: str) -> None:
    service = Script(*([ok(record())] if way == "watch" else []), stream(STREAMED))
    run, seen = Experiment(service, RECORD), list[tuple[int, int, int, str]]()
    for told in getattr(run, way)():
        if isinstance(row := getattr(told, "data", told), MetricsRow):
            assert run.latest == row
            assert run.best is not None
            seen.append((run.latest.epoch, run.best.epoch, run.progress.epoch, run.status))
    assert seen == [(1, 1, 1, Status.RUNNING), (2, 2, 2, Status.RUNNING), (3, 2, 3, Status.RUNNING)]
    assert run.status is Status.SUCCEEDED


@pytest.mark.parametrize("way", ["watch", "events"])
def test_events_that_the_record_contains_already_do_not_take_it_back(way: str) -> None:
    over = record(status="succeeded", last_event=7, latest=metrics_row(3))
    run = Experiment(Script(*([ok(over)] if way == "watch" else []), stream(STREAMED)), parsed(**json.loads(over)))
    seen = {(run.status, run.latest and run.latest.epoch) for _ in getattr(run, way)()}
    assert seen == {(Status.SUCCEEDED, 3)}


@pytest.mark.parametrize("way", ["watch", "events"])
def test_what_events_leave_out_stays_known(way: str) -> None:
    facts = {"input_shape": [64], "classes": ["0", "1"], "steps_per_epoch": 3, "memory_bytes": 5, "changes": []}
    whole = record(**facts)
    bare: dict[str, Any] = dict.fromkeys(facts)
    short = event(8, "end", document(status="succeeded", **bare))
    run = Experiment(Script(*([ok(whole)] if way == "watch" else []), stream(short)), parsed(**facts))
    list(getattr(run, way)())
    assert (run.status, run.record.steps_per_epoch, run.record.classes) == (Status.SUCCEEDED, 3, ("0", "1"))


def test_metrics_that_tell_of_more_renew_the_experiment() -> None:
    newer = record(status="succeeded", latest=metrics_row(3))
    service = Script(ok(metrics_page("succeeded", 3)), ok(newer))
    run = Experiment(service, parsed(status="running"))
    run.metrics(after=0)
    assert service.paths == ["/v1/experiments/exp_1/metrics", "/v1/experiments/exp_1"]
    assert (run.status, run.latest and run.latest.epoch) == (Status.SUCCEEDED, 3)


def test_metrics_that_tell_nothing_new_ask_for_nothing_more() -> None:
    service = Script(ok(metrics_page("running")))
    Experiment(service, parsed(status="running")).metrics()
    assert len(service.asked) == 1


def test_metrics_of_more_rows_than_an_answer_has_are_asked_for_until_all_are_there() -> None:
    def page(first: int, last: int) -> httpx.Response:
        rows = [metrics_row(epoch) for epoch in range(first, last + 1)]
        return ok(json.dumps({"data": rows, "last_epoch": 5, "status": "succeeded", "last_event": 5}).encode())

    known = parsed(status="succeeded", progress={"epoch": 5, "epochs": 5, "eta_seconds": None})
    service = Script(page(1, 2), page(3, 4), page(5, 5))
    assert [row.epoch for row in Experiment(service, known).metrics().data] == [1, 2, 3, 4, 5]
    assert [request.url.params["after"] for request in service.asked] == ["0", "2", "4"]


def test_log_lines_are_read_page_by_page_and_followed_to_the_end() -> None:
    def page(*seqs: int, last: int) -> httpx.Response:
        lines = [{"id": seq, "at": AT, "level": "info", "message": f"line {seq}"} for seq in seqs]
        return ok(json.dumps({"data": lines, "last_event": last}).encode())

    def said(seq: int) -> bytes:
        return event(seq, "log", {"level": "warning", "message": f"line {seq}"})

    pages = [page(1, 3, last=6), page(5, last=6), page(last=6)]
    service = Script(*pages)
    assert [line.message for line in Experiment(service, RECORD).logs()] == ["line 1", "line 3", "line 5"]
    assert [request.url.params["after"] for request in service.asked] == ["0", "3", "5"]
    tail = stream(event(7, "epoch", metrics_row(3)), said(8), event(9, "end", document(status="succeeded")))
    service = Script(page(1, last=6), page(last=6), tail)
    run = Experiment(service, RECORD)
    assert [(line.id, line.level) for line in run.logs(follow=True)] == [(1, "info"), (8, "warning")]
    assert service.asked[-1].headers["Last-Event-ID"] == "6"
    assert run.status is Status.SUCCEEDED


def test_a_change_can_be_refused_where_the_experiment_has_changed() -> None:
    versioned = {"ETag": '"7"'}
    service = Script(ok(record(), **versioned), ok(record(name="new"), ETag='"8"'), refused(412, "precondition_failed"))
    run = Experiments(service).get("exp_1")
    assert run.update(name="new", if_unchanged=True).name == "new"
    with pytest.raises(PreconditionFailed):
        run.update(tags=[], if_unchanged=True)
    assert [request.headers.get("If-Match") for request in service.asked] == [None, '"7"', '"8"']
    assert json.loads(service.asked[2].content) == {"tags": []}


def test_a_version_that_nobody_knows_is_asked_for_first() -> None:
    with pytest.raises(BadRequest, match=r"refresh\(\) first"):
        Experiment(Script(), RECORD).update(name="new", if_unchanged=True)


def test_a_fork_is_another_experiment() -> None:
    service = Script(ok(record(id="exp_2", name="fork")))
    run = Experiment(service, RECORD)
    fork = run.fork({"name": "fork"}, from_epoch=2, dropout=0.5)
    assert (run.id, fork.id, fork == run, len({run, fork})) == ("exp_1", "exp_2", False, 2)
    assert service.bodies == [{"changes": {"name": "fork", "dropout": 0.5}, "from_epoch": 2}]


def test_the_address_of_its_page_has_no_password() -> None:
    with Client("https://me:word@there/gradus/") as client:
        assert Experiment(client._transport, RECORD).url == "https://there/gradus/experiments/exp_1"
        assert Sweep(client._transport, SWEEP).url == "https://there/gradus/sweeps/swp_1"


@pytest.mark.parametrize(
    ("spec", "values", "best"),
    [
        ({}, {"validation_accuracy": (0.2, 0.4, 0.4)}, 2),  # the first of equals
        ({}, {"validation_loss": (1.0, 2.0, 3.0), "validation_accuracy": (0.1, 0.2, 0.3)}, 3),
        ({"early_stopping": {"metric": "validation_loss"}}, {"validation_loss": (3.0, 1.0, 2.0)}, 2),
        ({"dataset": "diabetes"}, {"validation_loss": (2.0, 3.0, 1.0), "validation_accuracy": (None,) * 3}, 3),
        ({}, {"validation_accuracy": ("NaN", 0.1, "NaN")}, 2),  # no number is never the best
    ],
)
def test_the_best_epoch_is_the_one_that_the_service_would_name(
    spec: dict[str, Any], values: dict[str, Sequence[float]], best: int
) -> None:
    now = parsed(spec=spec, status="running")
    for i in range(3):
        numbers = {key: found[i] for key, found in values.items()}
        now = after_epoch(now, MetricsRow.model_validate_json(json.dumps(metrics_row(i + 1, **numbers))))
    assert now.best is not None
    assert now.best.epoch == best


def test_the_time_left_is_the_mean_of_the_epochs_for_each_that_is_left() -> None:
    now = parsed(status="running", epochs=10)
    left = []
    for epoch, seconds in ((1, 1.0), (2, 3.0), (3, 2.0)):
        now = after_epoch(now, MetricsRow.model_validate(metrics_row(epoch, seconds=seconds)))
        left.append(now.progress.eta_seconds)
    assert left == [9 * 1.0, 8 * 2.0, 7 * 2.0]
