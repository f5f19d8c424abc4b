"""Server-sent events: bytes in, typed events out. Pure: any client can feed it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gradus.status import EventKind
from gradus.wire.event import Envelope, event_data
from gradus.wire.message import Message


@dataclass(frozen=True)
class StreamEvent:
    """One row of an experiment's log."""

    seq: int
    """1, 2, 3 … within the experiment; the oldest of one that ended long ago are kept no more."""
    kind: EventKind
    at: datetime
    """When it happened."""
    experiment_id: str
    data: Message
    """A record for `status` and `end`, a metrics row for `epoch`, a log line for `log`, a step's progress
    for `progress`."""


@dataclass(frozen=True)
class Received:
    """What a stream, of one experiment or over everything, says of one event."""

    id: int
    """Its number in this stream, behind which another connection goes on."""
    seq: int
    """Its number in the log of its experiment."""
    experiment_id: str
    event: StreamEvent | None
    """None for one of a kind that only a newer service knows: it has a number too."""


class StreamReader:
    """Cuts the bytes of a stream into events. Lines end where the bytes say so: text may hold any other separator."""

    def __init__(self) -> None:
        self._rest = b""
        self._fields: dict[str, str] = {}
        self.comments = 0
        """How many have come: the service says one when there is nothing to tell."""

    def feed(self, chunk: bytes) -> Iterator[Received]:
        """The events that this piece completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            received = self._line(line.removesuffix(b"\r").decode())
            if received is not None:
                yield received

    def _line(self, line: str) -> Received | None:
        if line:
            self._field(line)
            return None
        fields, self._fields = self._fields, {}
        return _received(int(fields["id"]), fields["data"]) if "data" in fields else None

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


def _received(number: int, text: str) -> Received:
    envelope = Envelope.model_validate_json(text)
    event = _event(envelope) if envelope.kind in _KNOWN else None
    return Received(number, envelope.seq, envelope.experiment_id, event)


def _event(envelope: Envelope) -> StreamEvent:
    data = event_data(envelope.kind, envelope.data)
    return StreamEvent(envelope.seq, EventKind(envelope.kind), envelope.at, envelope.experiment_id, data)
