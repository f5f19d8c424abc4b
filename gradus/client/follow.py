"""Following an experiment's log to its end, over connections that break."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from gradus.client import calls
from gradus.client.answer import refusal, unreadable
from gradus.client.calls import Call
from gradus.client.flows import send, tell
from gradus.client.patience import LONG, PATIENCE, Trouble, worth_another
from gradus.client.steps import Answer, Flow, Lost, Open, Read, Rest
from gradus.client.stream import Received, StreamEvent, StreamReader
from gradus.errors import GradusError, Unavailable
from gradus.status import EventKind
from gradus.wire.experiment import ExperimentRecord

Y = TypeVar("Y")
Pick = Callable[[StreamEvent], Iterable[Y]]

SSE = "text/event-stream"


def follow(experiment_id: str, pick: Pick[Y], after: int = 0, patience: float = PATIENCE) -> Flow[Y, ExperimentRecord]:
    """Tells what `pick` makes of each event after number `after`, each once and in order; comes to the last record.

    An `end` that an extension took back is left out.

    Raises:
        GradusError: the service refused, or could not be reached for `patience` seconds.
    """
    seen, trouble = Seen(after), Trouble(patience)
    while True:
        cut = yield from _connection(calls.events(experiment_id, seen.after), seen, pick, trouble.limit())
        if cut.closed and seen.end is not None:
            yield from tell(pick(seen.end))
            return seen.last_record()
        if cut.closed and seen.after == after:  # nothing came, and perhaps nothing will
            record = yield from send(calls.experiment(experiment_id), LONG)
            if record.over:
                return record
        if cut.heard:
            trouble.over()
        yield Rest(trouble.pause(cut.why, cut.retry_after))


@dataclass
class Seen:
    """How far a log has been read."""

    after: int
    end: StreamEvent | None = None
    """Kept back until the stream closes behind it: an experiment that was extended goes on after its end."""

    def fresh(self, one: Received) -> StreamEvent | None:
        """The event, if it is to be told now. One of a kind that is not known here only counts."""
        if one.seq <= self.after:
            return None
        self.after = one.seq
        if one.event is None:
            return None
        self.end = one.event if one.event.kind is EventKind.END else None
        return one.event if self.end is None else None

    def last_record(self) -> ExperimentRecord:
        """What the end says."""
        assert self.end is not None
        assert isinstance(self.end.data, ExperimentRecord)
        return self.end.data


@dataclass(frozen=True)
class Cut:
    """How a connection ended."""

    why: GradusError
    heard: bool = False
    """Whether the service was there."""
    closed: bool = False
    """Whether the service closed it in good order."""
    retry_after: float = 0.0


def _connection(call: Call[Any], seen: Seen, pick: Pick[Y], limit: float) -> Flow[Y, Cut]:
    """Tells the events of one connection.

    Raises:
        GradusError: the service refused for good.
    """
    reply: Answer | Lost = yield Open(call, limit)
    if isinstance(reply, Lost) or reply.status >= 300 or not reply.kind.startswith(SSE):
        return refused(call, reply)
    reader, heard = StreamReader(), False
    while isinstance(chunk := (yield Read()), bytes):
        heard = True
        for one in events_in(call, reader, chunk):
            if (event := seen.fresh(one)) is not None:
                yield from tell(pick(event))
    if isinstance(chunk, Lost):
        return Cut(refusal(call, chunk), heard)
    return Cut(Unavailable("the stream stopped before its end"), heard, closed=True)


def refused(call: Call[Any], reply: Answer | Lost) -> Cut:
    """What became of a stream that did not open.

    Raises:
        GradusError: the service refused for good.
    """
    why = refusal(call, reply)
    if not worth_another(call, reply):
        raise why
    return Cut(why, retry_after=0.0 if isinstance(reply, Lost) else reply.retry_after)


def events_in(call: Call[Any], reader: StreamReader, chunk: bytes) -> Sequence[Received]:
    """The events that a piece of the call's stream completes.

    Raises:
        ServerFault: they cannot be read.
    """
    try:
        return list(reader.feed(chunk))
    except (ValueError, KeyError) as error:
        raise unreadable(call) from error
