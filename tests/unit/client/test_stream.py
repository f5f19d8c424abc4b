"""Reading server-sent events, however the bytes are cut."""

import pytest

from gradus.client.stream import StreamEvent, StreamReader
from gradus.status import EventKind
from gradus.wire.experiment import LogLine

STREAM = (
    ": hello\n\n"
    'id: 1\nevent: log\ndata: {"level":"info","message":"loading"}\n\n'
    'id:2\r\nevent:log\r\ndata:{"level":"info",\r\ndata:"message":"two lines"}\r\n\r\n'
    'id: 3\nevent: surprise\ndata: {"of": "a newer service"}\n\n'
    "event: log\n\n"
    'id: 4\nevent: log\ndata: {"level":"warning","message":"a\u2028b\u0085cü"}\n\n'
).encode()
EVENTS = [
    StreamEvent(1, EventKind.LOG, LogLine(level="info", message="loading")),
    StreamEvent(2, EventKind.LOG, LogLine(level="info", message="two lines")),
    StreamEvent(4, EventKind.LOG, LogLine(level="warning", message="a\u2028b\u0085cü")),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, len(STREAM)])
def test_the_events_do_not_depend_on_how_the_bytes_are_cut(size: int) -> None:
    reader = StreamReader()
    pieces = [STREAM[i : i + size] for i in range(0, len(STREAM), size)]
    assert [event for piece in pieces for event in reader.feed(piece)] == EVENTS


def test_an_event_that_was_cut_off_is_not_told() -> None:
    assert list(StreamReader().feed(b'id: 1\nevent: log\ndata: {"level":"info","message":"x"}\n')) == []
