"""Following the logs of several experiments to their ends over one stream: that over everything of the workspace.

Whatever was said before that stream began is read in each experiment's own log. Both say which number of that log an
event has, so that each is told once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gradus.client import calls
from gradus.client.answer import refusal
from gradus.client.calls import Call
from gradus.client.follow import SSE, Cut, events_in, refused
from gradus.client.patience import Trouble
from gradus.client.several import TOGETHER
from gradus.client.steps import Answer, Close, Flow, Lost, Open, Read, Rest, Tell
from gradus.client.stream import Received, StreamEvent, StreamReader
from gradus.client.watching import asked
from gradus.errors import NotFound, Unavailable
from gradus.status import EventKind

Told = tuple[str, StreamEvent]
"""The experiment's id, and what its log says."""
ALL, ONE = 0, 1
"""The streams that are open at once: over everything, and over the one experiment whose log is read."""
EMPTY = 2
"""Readings in a row that bring nothing, after which what is missing of a log is no longer kept."""


def follow_many(ids: Sequence[str], patience: float) -> Flow[Told, None]:
    """Tells the events of each log, each once and in order, until all of them have ended.

    An `end` that an extension took back before it was read is left out.

    Raises:
        NotFound: one of them is not there, or no longer.
        GradusError: the service refused, or could not be reached for `patience` seconds.
    """
    logs, trouble = Logs(ids), Trouble(patience)
    while logs.going():
        call = calls.workspace_events(logs.number)
        reply: Answer | Lost = yield Open(call, trouble.limit(), ALL)
        if not _opened(reply):
            cut = refused(call, reply)
        else:
            cut = yield from _connection(call, logs, patience)
        if cut.heard:
            trouble.over()
        if logs.going():
            yield Rest(trouble.pause(cut.why, cut.retry_after))


@dataclass
class LogProgress:
    """How far one log was read."""

    seen: int = 0
    """The number of the newest event that was read."""
    ended: bool = False
    """Whether that was its end."""

    def fresh(self, one: Received) -> StreamEvent | None:
        """The event, if it was not read before. One of a kind that is not known here only counts."""
        if one.seq <= self.seen:
            return None
        self.seen = one.seq
        if one.event is not None:
            self.ended = one.event.kind is EventKind.END
        return one.event


class Logs:
    """All that are followed."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.places = {one: LogProgress() for one in ids}
        self.number: int | None = None
        """Of the newest event of the stream over everything; None while none was told."""

    def going(self) -> list[str]:
        """The ids of those that have not ended."""
        return [one for one, place in self.places.items() if not place.ended]


def _connection(call: Call[Any], logs: Logs, patience: float) -> Flow[Told, Cut]:
    """Tells what one connection brings, and before it what was missed, unless it goes on where the last one was cut."""
    if logs.number is None:
        for missed in logs.going():
            yield from _catch_up(missed, logs.places[missed], patience)
    reader, heard = StreamReader(), False
    while logs.going():
        chunk = yield Read(ALL)
        if not isinstance(chunk, bytes):
            why = Unavailable("the stream stopped") if chunk is None else refusal(call, chunk)
            return Cut(why, heard)
        heard, silences = True, reader.comments
        for one in events_in(call, reader, chunk):
            logs.number = one.id
            log = logs.places.get(one.experiment_id)
            if log is not None and (event := log.fresh(one)) is not None:
                yield Tell((one.experiment_id, event))
        if reader.comments > silences:
            yield from _check(logs.going(), patience)
    return Cut(Unavailable("all is told"), heard)


def _catch_up(one: str, place: LogProgress, patience: float) -> Flow[Told, None]:
    """Tells the events of a log to its newest."""
    until = (yield from asked(calls.log(one), patience)).last_event
    trouble, empty = Trouble(patience), 0
    while place.seen < until and empty < EMPTY:
        before = place.seen
        cut = yield from _reading(one, place, until, trouble)
        if cut.heard:
            trouble.over()
        empty = empty + 1 if cut.heard and place.seen == before else 0
        if place.seen < until:
            yield Rest(trouble.pause(cut.why, cut.retry_after))
    yield Close(ONE)


def _reading(one: str, place: LogProgress, until: int, trouble: Trouble) -> Flow[Told, Cut]:
    """Tells what one connection brings of a log to this number, or to its first silence."""
    call = calls.events(one, place.seen)
    reply: Answer | Lost = yield Open(call, trouble.limit(), ONE)
    if not _opened(reply):
        return refused(call, reply)
    reader, heard = StreamReader(), False
    while place.seen < until and not reader.comments:
        chunk = yield Read(ONE)
        if isinstance(chunk, Lost):
            return Cut(refusal(call, chunk), heard)
        heard = True
        if chunk is None:
            break
        for received in events_in(call, reader, chunk):
            event = place.fresh(received)
            if event is not None and (event.kind is not EventKind.END or event.seq >= until):
                yield Tell((one, event))
    return Cut(Unavailable("the stream stopped"), heard)


def _check(ids: Sequence[str], patience: float) -> Flow[Told, None]:
    """In a silence: one that was deleted before it began has no end.

    Raises:
        NotFound: one of them is no longer there.
    """
    for i in range(0, len(ids), TOGETHER):
        part = ids[i : i + TOGETHER]
        page = yield from asked(calls.experiments(ids=part, limit=TOGETHER), patience)
        for missing in sorted(set(part) - {record.id for record in page.data}):
            raise NotFound(f"no experiment {missing}")


def _opened(reply: Answer | Lost) -> bool:
    return isinstance(reply, Answer) and reply.status < 300 and reply.kind.startswith(SSE)
