"""Following the logs of several experiments to their ends over one stream: that over everything of the workspace.

Whatever was said before that stream began is read in each experiment's own log, which numbers its events. The stream
does not; but it tells the same events in the same order, so that its place in a log is known once they can be matched.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gradus.client import calls
from gradus.client.answer import refusal
from gradus.client.calls import Call
from gradus.client.follow import SSE, Cut, events_in, refused
from gradus.client.log_place import LogPlace
from gradus.client.patience import Trouble
from gradus.client.several import TOGETHER
from gradus.client.steps import Answer, Close, Flow, Lost, Open, Read, Rest, Tell
from gradus.client.stream import StreamEvent, StreamReader, WorkspaceEvent, WorkspaceReader
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


class Logs:
    """All that are followed."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.places = {one: LogPlace() for one in ids}
        self.number: int | None = None
        """Of the newest event of the stream over everything; None while none was told."""

    def going(self) -> list[str]:
        """The ids of those that have not ended."""
        return [one for one, place in self.places.items() if not place.ended]


def _connection(call: Call[Any], logs: Logs, patience: float) -> Flow[Told, Cut]:
    """Tells what one connection brings, and before it what was missed, unless it goes on where the last one was cut."""
    if logs.number is None:
        for one in logs.going():
            yield from _catch_up(one, logs.places[one], patience)
    reader, heard = WorkspaceReader(), False
    while logs.going():
        chunk = yield Read(ALL)
        if not isinstance(chunk, bytes):
            why = Unavailable("the stream stopped") if chunk is None else refusal(call, chunk)
            return Cut(why, heard)
        heard, silences = True, reader.comments
        for told in events_in(call, reader, chunk):
            logs.number = told.number
            yield from _told(told, logs, patience)
        if reader.comments > silences:
            yield from _check(logs.going(), patience)
    return Cut(Unavailable("all is told"), heard)


def _told(told: WorkspaceEvent, logs: Logs, patience: float) -> Flow[Told, None]:
    """Tells the event if it is of one of these logs, and new."""
    one, place = told.experiment_id, logs.places.get(told.experiment_id)
    if place is None:
        return
    if told.event is None:
        place.lose()
        return
    seq = place.hear(told.event)
    if seq is None:
        yield from _catch_up(one, place, patience)
        place.match()
    elif seq > place.seen:
        event = replace(told.event, seq=seq)
        place.read(event)
        yield Tell((one, event))


def _catch_up(one: str, place: LogPlace, patience: float) -> Flow[Told, None]:
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


def _reading(one: str, place: LogPlace, until: int, trouble: Trouble) -> Flow[Told, Cut]:
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
        for event in events_in(call, reader, chunk):
            place.read(event)
            if event.kind is not EventKind.END or event.seq >= until:
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
