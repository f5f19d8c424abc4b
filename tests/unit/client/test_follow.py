"""Following a log, connection by connection: driven by hand, without a network and without waiting."""

from collections.abc import Sequence

import pytest

from gradus.client.follow import follow
from gradus.client.steps import Answer, Ask, Done, Lost, Open, Read, Rest, Tell, advance
from gradus.client.stream import StreamEvent
from gradus.errors import GradusError, NotFound, ServerFault, Unavailable
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord
from tests.unit.client.said import document, event, metrics_row, problem, record

STREAM = Answer(200, kind="text/event-stream; charset=utf-8")
REFUSED = Lost("nothing answers", sent=False)
CUT = Lost("the line was cut", sent=True)
CLOSED = None


def status(seq: int, name: str = "running") -> bytes:
    return event(seq, "status", document(status=name))


def epoch(seq: int) -> bytes:
    return event(seq, "epoch", metrics_row(seq))


def end(seq: int, name: str = "succeeded") -> bytes:
    return event(seq, "end", document(status=name))


def everything(one: StreamEvent) -> list[StreamEvent]:
    return [one]


def followed(
    *connections: Sequence[object], after: int = 0, patience: float = 60
) -> tuple[list[int], object, list[int]]:
    """Numbers of the events that were told, what the flow comes to, and what each connection was asked to begin after.

    A connection is what opening it comes to, then what each reading does.
    """
    flow, told, asked = follow("exp_1", everything, after, patience), [], []
    waiting = [list(one) for one in connections]
    step = advance(flow)
    while not isinstance(step, Done):
        match step:
            case Tell(value):
                told.append(value.seq)
                step = advance(flow)
            case Open(call):
                asked.append(int(call.headers["Last-Event-ID"]))
                reading = waiting.pop(0)
                step = advance(flow, reading.pop(0))
            case Read():
                step = advance(flow, reading.pop(0))
            case Ask():
                step = advance(flow, waiting.pop(0).pop(0))
            case Rest():
                step = advance(flow)
    assert not waiting
    return told, step.value, asked


def test_a_log_is_told_to_its_end() -> None:
    told, value, asked = followed([STREAM, status(1), epoch(2) + epoch(3), end(4), CLOSED])
    assert (told, asked) == ([1, 2, 3, 4], [0])
    assert isinstance(value, ExperimentRecord)
    assert value.status is Status.SUCCEEDED


@pytest.mark.parametrize(
    ("connections", "asked"),
    [
        ([[STREAM, epoch(1), CUT], [STREAM, epoch(2), end(3), CLOSED]], [0, 1]),
        ([[STREAM, epoch(1) + epoch(2)[:-20], CUT], [STREAM, epoch(2), end(3), CLOSED]], [0, 1]),  # in mid-row
        ([[STREAM, epoch(1), b": the service stops\n\n", CLOSED], [STREAM, epoch(2), end(3), CLOSED]], [0, 1]),
        ([[STREAM, epoch(1), CUT], [REFUSED], [CUT], [STREAM, epoch(2), end(3), CLOSED]], [0, 1, 1, 1]),
        (
            [[Answer(503, problem(503, "unavailable"))], [Answer(502)], [STREAM, epoch(1), epoch(2), end(3), CLOSED]],
            [0] * 3,
        ),
        ([[STREAM, epoch(1), CUT], [STREAM, epoch(1), epoch(2), end(3), CLOSED]], [0, 1]),  # told again: passed over
        ([[STREAM, epoch(1), epoch(2), end(3), CUT], [STREAM, b": over\n\n", CLOSED]], [0, 3]),  # cut behind the end
    ],
)
def test_no_event_is_lost_or_doubled_however_connections_end(connections: list[list[object]], asked: list[int]) -> None:
    told, _, began = followed(*connections)
    assert told == [1, 2, 3]
    assert began == asked


def test_an_end_that_an_extension_took_back_is_left_out() -> None:
    told, value, _ = followed([STREAM, epoch(1), end(2), status(3, "queued"), epoch(4), end(5), CLOSED])
    assert told == [1, 3, 4, 5]
    assert isinstance(value, ExperimentRecord)


def test_who_has_seen_everything_gets_nothing_more() -> None:
    told, value, _ = followed([STREAM, b": over\n\n", CLOSED], [Answer(200, record(status="failed"))], after=7)
    assert told == []
    assert isinstance(value, ExperimentRecord)
    assert value.status is Status.FAILED


def test_a_stream_that_closes_without_a_word_is_not_the_end_of_a_run_that_goes_on() -> None:
    running = [Answer(200, record(status="running"))]
    told, _, asked = followed([STREAM, CLOSED], running, [STREAM, end(8), CLOSED], after=7)
    assert (told, asked) == ([8], [7, 7])


def test_an_event_of_a_kind_that_is_not_known_is_not_told_and_not_asked_for_again() -> None:
    future = event(2, "finding", {"what": "dead units"})
    told, _, asked = followed([STREAM, epoch(1) + future, CUT], [STREAM, epoch(3) + end(4), CLOSED])
    assert (told, asked) == ([1, 3, 4], [0, 2])


@pytest.mark.parametrize(
    ("connection", "kind"),
    [
        ([Answer(404, problem(404, "not_found"))], NotFound),
        ([Answer(200, kind="text/html")], ServerFault),
        ([STREAM, b"id: 1\nevent: epoch\ndata: <html>\n\n"], ServerFault),
        ([STREAM, b"event: epoch\ndata: {}\n\n"], ServerFault),
        ([STREAM, epoch(1).partition(b"\n")[2]], ServerFault),  # without an id
        ([REFUSED], Unavailable),  # with no patience at all
        ([STREAM, CUT], Unavailable),
    ],
)
def test_what_cannot_get_better_is_told(connection: list[object], kind: type[GradusError]) -> None:
    with pytest.raises(kind):
        followed(connection, patience=0)


def test_a_log_of_which_nothing_is_kept_any_more_ends_with_the_record() -> None:
    over = record(status="failed")
    told, last, asked = followed([STREAM, CLOSED], [Answer(200, over)])
    assert (told, asked) == ([], [0])
    assert isinstance(last, ExperimentRecord)
    assert last.status is Status.FAILED
