"""Which rows of a log a watcher gets, with scripted responses instead of a service."""

import json
from typing import Any

import pytest

from gradus.client import Experiment
from gradus.errors import Unavailable
from tests.unit.client.said import RECORD, UNREACHED, Script, document, event, metrics_row, ok, record, stream

FIRST, SECOND, THIRD = (f"2026-11-22T12:0{minute}:00.000000Z" for minute in range(3))


def state(status: str, attempts: int = 0, started_at: str | None = None) -> dict[str, Any]:
    return {"status": status, "attempts": attempts, "started_at": started_at}


LOG: list[dict[str, Any] | int] = [
    *(state("queued"), state("running", 1, FIRST), 1, 2),
    *(state("queued", 1, FIRST), state("running", 2, FIRST), 3, state("failed", 2, FIRST)),  # its worker was lost
    *(state("queued", 2), state("running", 3, SECOND), 1, 2, state("failed", 3, SECOND)),  # tried again
    *(state("queued", 3), state("running", 4, THIRD), 1, state("succeeded", 4, THIRD)),
]


def log() -> bytes:
    said = b"".join(
        event(seq, "epoch", metrics_row(one)) if isinstance(one, int) else event(seq, "status", document(**one))
        for seq, one in enumerate(LOG, 1)
    )
    return said + event(len(LOG) + 1, "end", document(status="succeeded"))


def told(known: dict[str, Any], after: int = 0, *before: Exception) -> list[int]:
    """The epochs that a watcher gets. It first reads the experiment in the state `known`, and then the rest of its
    log."""
    service = Script(*before, ok(record(**known)), stream(log()))
    found = [row.epoch for row in Experiment(service, RECORD).watch(after=after)]
    assert not service.replies
    return found


@pytest.mark.parametrize(
    ("known", "rows"),
    [
        (state("queued"), [1, 2, 3, 1, 2, 1]),  # who was there all the time
        (state("running", 1, FIRST), [1, 2, 3, 1, 2, 1]),
        (state("queued", 1, FIRST), [1, 2, 3, 1, 2, 1]),
        (state("failed", 2, FIRST), [1, 2, 3, 1, 2, 1]),
        (state("queued", 2), [1, 2, 1]),  # who comes when it waits for its second try
        (state("running", 3, SECOND), [1, 2, 1]),
        (state("queued", 3), [1]),
        (state("succeeded", 4, THIRD), [1]),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_rows_of_a_try_before_the_one_that_was_found_are_not_told(known: dict[str, Any], rows: list[int]) -> None:
    assert told(known) == rows


def test_earlier_epochs_are_left_out_and_a_service_that_is_away_is_waited_for() -> None:
    assert told(state("running", 3, SECOND), 1, UNREACHED, UNREACHED) == [2]


def test_nobody_waits_longer_than_they_have_patience() -> None:
    with pytest.raises(Unavailable):
        next(Experiment(Script(UNREACHED), RECORD).watch(patience=0))


def test_rows_that_the_log_no_longer_has_are_read_from_the_metrics() -> None:
    page = {"data": [metrics_row(2)], "last_epoch": 3, "status": "succeeded", "last_event": 9}
    rest = {**page, "data": [metrics_row(3)]}
    pruned = ok(record(status="succeeded", events_pruned=8))
    service = Script(
        pruned, ok(json.dumps(page).encode()), ok(json.dumps(rest).encode()), stream(event(9, "end", document()))
    )
    assert [row.epoch for row in Experiment(service, RECORD).watch(after=1)] == [2, 3]
    assert [request.url.params["after"] for request in service.asked[1:3]] == ["1", "2"]
