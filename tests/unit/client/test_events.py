"""Parsing of server-sent events, wherever the bytes are divided."""

from datetime import UTC, datetime

import pytest

from gradus.client.events import Received, StreamEvent, StreamReader, read_event
from gradus.status import EventKind
from gradus.wire.experiment import LogLine

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
FRONT = '"at":"2026-11-22T12:00:00.000000Z","experiment_id":"exp_1"'
STREAM = (
    ": hello\n\n"
    f'id: 1\nevent: log\ndata: {{"seq":1,"kind":"log",{FRONT},"data":{{"level":"info","message":"loading"}}}}\n\n'
    f'id:2\r\nevent:log\r\ndata:{{"seq":2,"kind":"log",{FRONT},"data":{{"level":"info",\r\n'
    'data:"message":"two lines"}}\r\n\r\n'
    f'id: 3\nevent: surprise\ndata: {{"seq":3,"kind":"surprise",{FRONT},"data":{{"of":"a newer service"}}}}\n\n'
    "event: log\n\n"
    f'id: 9\nevent: log\ndata: {{"seq":4,"kind":"log",{FRONT},"new":[1],'
    '"data":{"level":"warning","message":"a\u2028b\u0085cü","also":"new"}}\n\n'
).encode()


def said(number: int, seq: int, level: str, message: str, **added: str) -> Received:
    line = LogLine.model_validate({"level": level, "message": message, **added})
    return Received(number, seq, "exp_1", StreamEvent(seq, EventKind.LOG, AT, "exp_1", line))


EVENTS = [
    said(1, 1, "info", "loading"),
    said(2, 2, "info", "two lines"),
    Received(3, 3, "exp_1", None),
    said(9, 4, "warning", "a\u2028b\u0085cü", also="new"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, len(STREAM)])
def test_the_events_do_not_depend_on_how_the_bytes_are_cut(size: int) -> None:
    reader = StreamReader(read_event)
    pieces = [STREAM[i : i + size] for i in range(0, len(STREAM), size)]
    assert [event for piece in pieces for event in reader.feed(piece)] == EVENTS


def test_an_event_that_was_cut_off_is_not_told() -> None:
    assert list(StreamReader(read_event).feed(STREAM.partition(b"loading")[0] + b'"}}\n')) == []
