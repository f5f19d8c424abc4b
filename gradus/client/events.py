"""Server-sent events: bytes in, typed events out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from gradus.status import EventKind
from gradus.wire.event import Envelope, event_data
from gradus.wire.message import Message

R = TypeVar("R")


@dataclass(frozen=True)
class StreamEvent:
    """One row of an experiment's log."""

    seq: int
    """1, 2, 3 … within the experiment. The first events of an experiment that ended long ago may have been deleted."""
    kind: EventKind
    at: datetime
    """Time of the event."""
    experiment_id: str
    data: Message
    """A record for `status` and `end`, a metrics row for `epoch`, a log line for `log`, a step's progress
    for `progress`."""


@dataclass(frozen=True)
class Received:
    """One event, as received from the stream of an experiment or of the workspace."""

    id: int
    """The event's number in this stream, for `Last-Event-ID`."""
    seq: int
    """The event's number in the log of its experiment."""
    experiment_id: str
    event: StreamEvent | None
    """None for an unknown kind of a newer service; its number still counts."""


class StreamReader(Generic[R]):
    """Cuts the bytes of a stream into events. Only newline bytes end a line: text may hold any other separator."""

    def __init__(self, read: Callable[[int, str], R]) -> None:
        self._read = read
        self._rest = b""
        self._fields: dict[str, str] = {}
        self.comments = 0
        """Number of comments received: the service sends comments while there are no events."""

    def feed(self, chunk: bytes) -> Iterator[R]:
        """The events that this piece completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            received = self._line(line.removesuffix(b"\r").decode())
            if received is not None:
                yield received

    def _line(self, line: str) -> R | None:
        if line:
            self._field(line)
            return None
        fields, self._fields = self._fields, {}
        return self._read(int(fields["id"]), fields["data"]) if "data" in fields else None

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        if not name:
            self.comments += 1
            return
        value = value.removeprefix(" ")
        before = self._fields.get(name)
        joined = name == "data" and before is not None
        self._fields[name] = f"{before}\n{value}" if joined else value


_KNOWN = frozenset(EventKind)


def read_event(number: int, text: str) -> Received:
    """An event of an experiment, by its number in the stream and its document."""
    envelope = Envelope.model_validate_json(text)
    event = _event(envelope) if envelope.kind in _KNOWN else None
    return Received(number, envelope.seq, envelope.experiment_id, event)


def _event(envelope: Envelope) -> StreamEvent:
    data = event_data(envelope.kind, envelope.data)
    return StreamEvent(envelope.seq, EventKind(envelope.kind), envelope.at, envelope.experiment_id, data)
