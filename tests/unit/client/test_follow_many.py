"""Following several logs over one stream, with scripted responses instead of a network."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from gradus.client.follow import follow_many
from gradus.client.methods import iterate
from gradus.errors import GradusError, NotFound
from tests.unit.client.said import CUT, Piece, Script, document, event, metrics_row, ok, stream

Told = tuple[str, dict[str, Any]]


class Service(Script):
    """The logs of several experiments, and a stream of all experiments whose content the test gives."""

    def __init__(self, **logs: list[Told]) -> None:
        super().__init__()
        self.logs, self.number, self.deleted = logs, 0, set[str]()
        self.opened, self.connections = 0, list[Sequence[Piece]]()

    def say(self, one: str, kind: str, data: dict[str, Any]) -> bytes:
        """Append an event to a log; returns its bytes in the stream of all experiments."""
        self.logs[one].append((kind, data))
        self.number += 1
        return event(len(self.logs[one]), kind, data, one, self.number)

    def _reply(self, request: httpx.Request) -> httpx.Response:
        match request.url.path.split("/")[2:]:
            case ["experiments", one, "log"]:
                return ok(json.dumps({"data": [], "last_event": len(self.logs[one])}).encode())
            case ["experiments", one, "events"]:
                return stream(*self.log(one, int(request.headers["Last-Event-ID"])))
            case ["experiments"]:
                there = [document(id=one) for one in self.logs if one not in self.deleted]
                return ok(json.dumps({"data": there, "next_cursor": None}).encode())
        self.opened += 1
        return stream(*self.connections.pop(0))

    def log(self, one: str, after: int) -> list[Piece]:
        """The pieces of one experiment's stream."""
        rows = list(enumerate(self.logs[one], 1))[after:]
        return [b"".join(event(seq, kind, data, one) for seq, (kind, data) in rows), b": still here\n\n"]


def followed(service: Service, *connections: Sequence[Piece]) -> list[tuple[str, int]]:
    service.connections = list(connections)
    return [(one, event.seq) for one, event in iterate(follow_many(service, list(service.logs), 60))]


def line(text: str = "again") -> Told:
    return "log", {"level": "info", "message": text}


def epoch(number: int) -> Told:
    return "epoch", metrics_row(number)


def end() -> Told:
    return "end", document(status="succeeded")


def test_each_event_is_told_once_in_order_whatever_was_said_before_the_stream_began() -> None:
    service = Service(a=[line(), line(), epoch(1)], b=[line()])
    connection: list[Piece] = [
        lambda: service.say("a", *line()),
        lambda: service.say("b", *epoch(1)) + service.say("a", *epoch(2)),
        lambda: service.say("a", *line()) + service.say("a", *end()),
        lambda: service.say("b", *end()),
    ]
    told = followed(service, connection)
    assert [seq for one, seq in told if one == "a"] == [1, 2, 3, 4, 5, 6, 7]
    assert [seq for one, seq in told if one == "b"] == [1, 2, 3]
    assert service.opened == 1


def test_what_the_stream_repeats_of_the_log_is_told_once() -> None:
    service = Service(a=[line()])
    early = service.say("a", *line()), service.say("a", *line())  # said between the stream's opening and the log's
    told = followed(service, [lambda: early[0], lambda: early[1], lambda: service.say("a", *end())])
    assert told == [("a", 1), ("a", 2), ("a", 3), ("a", 4)]


def test_a_stream_that_was_cut_goes_on_behind_its_last_event() -> None:
    service = Service(a=[line()], b=[line()])
    first: list[Piece] = [lambda: service.say("a", *epoch(1)), CUT]
    second: list[Piece] = [
        lambda: service.say("a", *epoch(2)),
        lambda: service.say("a", *end()) + service.say("b", *end()),
    ]
    told = followed(service, first, second)
    assert Counter(told) == Counter([("a", 1), ("b", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 2)])


def test_one_that_was_cut_before_its_first_event_reads_the_logs_again() -> None:
    service = Service(a=[line()])

    def silence() -> bytes:
        service.say("a", *epoch(1))  # while nobody listens
        raise CUT

    told = followed(service, [silence], [lambda: service.say("a", *end())])
    assert told == [("a", 1), ("a", 2), ("a", 3)]


def test_an_end_that_an_extension_took_back_is_left_out() -> None:
    service = Service(a=[epoch(1), end(), line("more")])
    assert followed(service, [lambda: service.say("a", *end())]) == [("a", 1), ("a", 3), ("a", 4)]


def test_a_log_of_which_the_beginning_is_no_longer_kept_is_told_from_where_it_is() -> None:
    service = Service(a=[line(), line()])
    service.log = lambda one, after: [b": still here\n\n"]  # type: ignore[method-assign]
    connection: list[Piece] = [lambda: service.say("a", *epoch(1)), b": still here\n\n", CUT]
    with pytest.raises(IndexError):  # it neither hangs nor fails: the script is at its end
        followed(service, connection)


def test_events_of_a_kind_that_is_not_known_count_in_the_log() -> None:
    service = Service(a=[line()], b=[line()])

    def other() -> Told:
        return "surprise", {"what": "dead units"}

    connection: list[Piece] = [
        lambda: service.say("a", *epoch(1)) + service.say("a", *other()),
        lambda: service.say("a", *epoch(2)),
        lambda: service.say("a", *other()) + service.say("a", *other()) + service.say("a", *epoch(3)),
        lambda: service.say("a", *end()) + service.say("b", *end()),
    ]
    told = followed(service, connection)
    assert [seq for one, seq in told if one == "a"] == [1, 2, 4, 7, 8]


def test_one_that_is_deleted_is_missed_in_the_next_silence() -> None:
    service = Service(a=[line()], b=[line()])
    service.deleted = {"b"}
    with pytest.raises(NotFound, match="no experiment b"):
        followed(service, [b": still here\n\n"])


def test_a_fault_of_any_kind_ends_it() -> None:
    service = Service(a=[line()], b=[line()])
    with pytest.raises(GradusError, match="cannot be read"):
        followed(service, [b"id: 1\nevent: log\ndata: {\n\n"])
