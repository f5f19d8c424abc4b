"""Following a log over several connections, with scripted responses instead of a network, and without waiting."""

import httpx
import pytest

from gradus.client.follow import follow
from gradus.client.methods import iterate
from gradus.errors import GradusError, NotFound, ServerFault, Unavailable
from tests.unit.client.said import (
    CUT,
    UNREACHED,
    Reply,
    Script,
    document,
    event,
    metrics_row,
    ok,
    record,
    refused,
    stream,
)

OVER = b": over\n\n"


def status(seq: int, name: str = "running") -> bytes:
    return event(seq, "status", document(status=name))


def epoch(seq: int) -> bytes:
    return event(seq, "epoch", metrics_row(seq))


def end(seq: int, name: str = "succeeded") -> bytes:
    return event(seq, "end", document(status=name))


def followed(*replies: Reply, after: int = 0, patience: float = 60) -> tuple[list[int], list[int]]:
    """The numbers of the events that arrived, and for each connection the `Last-Event-ID` of its request."""
    service = Script(*replies)
    told = [one.seq for one in iterate(follow(service, "exp_1", after, patience))]
    assert not service.replies
    asked = [request.headers.get("Last-Event-ID") for request in service.asked]
    return told, [int(one) for one in asked if one is not None]


def test_a_log_is_read_to_its_end() -> None:
    assert followed(stream(status(1), epoch(2) + epoch(3), end(4))) == ([1, 2, 3, 4], [0])


@pytest.mark.parametrize(
    ("replies", "asked"),
    [
        ([stream(epoch(1), CUT), stream(epoch(2), end(3))], [0, 1]),
        ([stream(epoch(1) + epoch(2)[:-20], CUT), stream(epoch(2), end(3))], [0, 1]),  # in mid-row
        ([stream(epoch(1), b": the service stops\n\n"), stream(epoch(2), end(3))], [0, 1]),
        ([stream(epoch(1), CUT), UNREACHED, CUT, stream(epoch(2), end(3))], [0, 1, 1, 1]),
        ([refused(503, "unavailable"), httpx.Response(502), stream(epoch(1), epoch(2), end(3))], [0] * 3),
        ([stream(epoch(1), CUT), stream(epoch(1), epoch(2), end(3))], [0, 1]),  # told again: skipped
        ([stream(epoch(1), epoch(2), end(3), CUT), stream(OVER)], [0, 3]),  # cut behind the end
    ],
)
def test_no_event_is_lost_or_doubled_however_connections_end(replies: list[Reply], asked: list[int]) -> None:
    assert followed(*replies) == ([1, 2, 3], asked)


def test_an_end_that_an_extension_took_back_is_left_out() -> None:
    told, _ = followed(stream(epoch(1), end(2), status(3, "queued"), epoch(4), end(5)))
    assert told == [1, 3, 4, 5]


def test_who_has_seen_everything_gets_nothing_more() -> None:
    assert followed(stream(OVER), ok(record(status="failed")), after=7) == ([], [7])


def test_a_stream_that_closes_without_a_word_is_not_the_end_of_a_run_that_goes_on() -> None:
    told, asked = followed(stream(), ok(record(status="running")), stream(end(8)), after=7)
    assert (told, asked) == ([8], [7, 7])


def test_an_event_of_a_kind_that_is_not_known_is_skipped_and_not_asked_for_again() -> None:
    future = event(2, "surprise", {"what": "dead units"})
    told, asked = followed(stream(epoch(1) + future, CUT), stream(epoch(3) + end(4)))
    assert (told, asked) == ([1, 3, 4], [0, 2])


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refused(404, "not_found"), NotFound),
        (httpx.Response(200, headers={"Content-Type": "text/html"}), ServerFault),
        (stream(b"id: 1\nevent: epoch\ndata: <html>\n\n"), ServerFault),
        (stream(b"event: epoch\ndata: {}\n\n"), ServerFault),
        (stream(epoch(1).partition(b"\n")[2]), ServerFault),  # without an id
        (UNREACHED, Unavailable),  # with no patience at all
        (stream(CUT), Unavailable),
    ],
)
def test_what_cannot_get_better_is_raised(reply: Reply, kind: type[GradusError]) -> None:
    with pytest.raises(kind):
        followed(reply, patience=0)


@pytest.mark.parametrize("told", [[], [1, 2]])
def test_a_log_whose_end_is_no_longer_kept_ends_with_what_there_is(told: list[int]) -> None:
    connections = [stream(*(epoch(seq) for seq in told)), *([stream()] if told else [])]
    found, _ = followed(*connections, ok(record(status="failed")))
    assert found == told
