"""Which of a log's rows a watcher is told: driven by hand, without a service."""

from typing import Any

import pytest

from gradus.client.steps import Answer, Ask, Done, Lost, Open, Read, Rest, Tell, advance
from gradus.client.watching import watch
from gradus.errors import Unavailable
from tests.unit.client.said import document, event, metrics_row, record

FIRST, SECOND, THIRD = (f"2026-11-22T12:0{minute}:00.000000Z" for minute in range(3))
STREAM = Answer(200, kind="text/event-stream")
LOST = Lost("nothing answers", sent=False)


def state(status: str, attempts: int = 0, started_at: str | None = None) -> dict[str, Any]:
    return {"status": status, "attempts": attempts, "started_at": started_at}


LOG: list[dict[str, Any] | int] = [
    *(state("queued"), state("running", 1, FIRST), 1, 2),
    *(state("queued", 1, FIRST), state("running", 2, FIRST), 3, state("failed", 2, FIRST)),  # its worker was lost
    *(state("queued", 2), state("running", 3, SECOND), 1, 2, state("failed", 3, SECOND)),  # tried again
    *(state("queued", 3), state("running", 4, THIRD), 1, state("succeeded", 4, THIRD)),
]


def stream() -> bytes:
    said = b"".join(
        event(seq, "epoch", metrics_row(one)) if isinstance(one, int) else event(seq, "status", document(**one))
        for seq, one in enumerate(LOG, 1)
    )
    return said + event(len(LOG) + 1, "end", document(status="succeeded"))


def told(known: dict[str, Any], after: int = 0, *before: Lost) -> list[int]:
    """Epochs that a watcher is told who comes when the experiment is like this, and sees the rest of its log."""
    flow, found = watch("exp_1", after, 60), list[int]()
    replies: list[object] = [*before, Answer(200, record(**known)), STREAM, stream(), None]
    step = advance(flow)
    while not isinstance(step, Done):
        match step:
            case Tell(row):
                found.append(row.epoch)
                step = advance(flow)
            case Ask() | Open() | Read():
                step = advance(flow, replies.pop(0))
            case Rest():
                step = advance(flow)
    assert not replies
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
    assert told(state("running", 3, SECOND), 1, LOST, LOST) == [2]


def test_nobody_waits_longer_than_they_have_patience() -> None:
    flow = watch("exp_1", 0, patience=0)
    advance(flow)
    with pytest.raises(Unavailable):
        advance(flow, LOST)
