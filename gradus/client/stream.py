"""Server-sent events: bytes in, typed events out. Pure: any client can feed it."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from gradus.status import EventKind
from gradus.wire.experiment import event_data
from gradus.wire.message import Message

E = TypeVar("E")


@dataclass(frozen=True)
class StreamEvent:
    """One row of an experiment's log."""

    seq: int
    """1, 2, 3 … within the experiment; the oldest of one that ended long ago are kept no more."""
    kind: EventKind
    data: Message
    """A record for `status` and `end`, a metrics row for `epoch`, a log line for `log`."""


@dataclass(frozen=True)
class WorkspaceEvent:
    """One event of the stream over everything."""

    number: int
    """Its place there; they grow, with gaps."""
    experiment_id: str
    event: StreamEvent | None
    """Its `seq` is 0: the stream does not tell its number in the experiment's own log. None for one of another kind,
    such as a newer service tells, which has a number there too."""


class EventReader(ABC, Generic[E]):
    """Cuts the bytes of a stream into events. Lines end where the bytes say so: text may hold any other separator."""

    def __init__(self) -> None:
        self._rest = b""
        self._fields: dict[str, str] = {}
        self.comments = 0
        """How many have come: the service says one when there is nothing to tell."""

    def feed(self, chunk: bytes) -> Iterator[E]:
        """The events that this piece completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            event = self._line(line.removesuffix(b"\r").decode())
            if event is not None:
                yield event

    @abstractmethod
    def event(self, fields: Mapping[str, str], kind: EventKind, data: Any) -> E:
        """The event of a kind that is known, with these fields and this document."""

    def other(self, fields: Mapping[str, str]) -> E | None:  # noqa: ARG002 (some readers have to know)
        """What is to be known of an event of any other kind."""
        return None

    def _line(self, line: str) -> E | None:
        if line:
            self._field(line)
            return None
        fields, self._fields = self._fields, {}
        kind = fields.get("event", "")
        if "data" not in fields:
            return None
        if kind not in set(EventKind):  # a newer service may tell of other kinds
            return self.other(fields)
        return self.event(fields, EventKind(kind), json.loads(fields["data"]))

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        if not name:
            self.comments += 1
            return
        value = value.removeprefix(" ")
        before = self._fields.get(name)
        joined = name == "data" and before is not None
        self._fields[name] = f"{before}\n{value}" if joined else value


class StreamReader(EventReader[StreamEvent]):
    """Of one experiment's stream."""

    def event(self, fields: Mapping[str, str], kind: EventKind, data: Any) -> StreamEvent:
        """Its id is its number in the log."""
        return StreamEvent(int(fields["id"]), kind, event_data(kind, data))


class WorkspaceReader(EventReader[WorkspaceEvent]):
    """Of the stream over everything."""

    def event(self, fields: Mapping[str, str], kind: EventKind, data: Any) -> WorkspaceEvent:
        """Its data say whose it is."""
        return WorkspaceEvent(int(fields["id"]), data["experiment_id"], StreamEvent(0, kind, event_data(kind, data)))

    def other(self, fields: Mapping[str, str]) -> WorkspaceEvent | None:
        """That there was one: it counts in the log of its experiment."""
        one = json.loads(fields["data"]).get("experiment_id")
        return None if one is None else WorkspaceEvent(int(fields["id"]), one, None)
