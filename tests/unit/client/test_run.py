"""What a run knows while its events come in, and after its metrics were asked for."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from gradus.client import Access
from gradus.client.progress import after_epoch
from gradus.client.run import Run
from gradus.client.steps import Answer, Ask, Done, Open, Read, Rest, Tell, advance
from gradus.client.waiting import Waiting
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow
from tests.unit.client.said import document, event, metrics_page, metrics_row, record

STREAM = Answer(200, kind="text/event-stream")
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


def a_run(**changes: Any) -> Run:
    return Run(Waiting(Access("http://127.0.0.1:1"), 1), parsed(**changes))


def parsed(**changes: Any) -> ExperimentRecord:
    return ExperimentRecord.model_validate_json(record(**changes))


@pytest.mark.parametrize("way", ["watch", "events"])
def test_what_a_run_knows_is_as_new_as_what_it_tells(way: str) -> None:
    run, seen = a_run(), list[tuple[int, int, int, str]]()
    flow = type(run).__dict__[way].flow(run)
    replies: list[object] = [*([Answer(200, record())] if way == "watch" else []), STREAM, STREAMED, None]
    step = advance(flow)
    while not isinstance(step, Done):
        match step:
            case Tell(told):
                if isinstance(row := getattr(told, "data", told), MetricsRow):
                    assert run.latest == row
                    assert run.best is not None
                    seen.append((run.latest.epoch, run.best.epoch, run.progress.epoch, run.status))
                step = advance(flow)
            case Ask() | Open() | Read():
                step = advance(flow, replies.pop(0))
            case Rest():
                step = advance(flow)
    assert seen == [(1, 1, 1, Status.RUNNING), (2, 2, 2, Status.RUNNING), (3, 2, 3, Status.RUNNING)]


def test_metrics_that_tell_of_more_renew_the_run() -> None:
    run = a_run(status="running")
    flow = Run.metrics.flow(run, after=0)
    advance(flow)
    asked = advance(flow, Answer(200, metrics_page("succeeded", 3)))
    assert isinstance(asked, Ask)
    assert asked.call.path == "/v1/experiments/exp_1"
    done = advance(flow, Answer(200, record(status="succeeded", latest=metrics_row(3))))
    assert isinstance(done, Done)
    assert (run.status, run.latest and run.latest.epoch) == (Status.SUCCEEDED, 3)


def test_metrics_that_tell_nothing_new_ask_for_nothing_more() -> None:
    flow = Run.metrics.flow(a_run(status="running"))
    advance(flow)
    assert isinstance(advance(flow, Answer(200, metrics_page("running"))), Done)


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
