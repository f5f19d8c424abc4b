"""Server-sent events: bytes in, typed events out. Pure: any client can feed it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from gradus.status import EventKind
from gradus.wire.experiment import event_data
from gradus.wire.message import Message


@dataclass(frozen=True)
class StreamEvent:
    """One row of an experiment's log."""

    seq: int
    """1, 2, 3 … without gaps within the experiment."""
    kind: EventKind
    data: Message
    """A record for `status` and `end`, a metrics row for `epoch`, a log line for `log`."""


class StreamReader:
    """Cuts the bytes of a stream into events. Lines end where the bytes say so: text may hold any other separator."""

    def __init__(self) -> None:
        self._rest = b""
        self._fields: dict[str, str] = {}

    def feed(self, chunk: bytes) -> Iterator[StreamEvent]:
        """The events that this piece completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            event = self._line(line.removesuffix(b"\r").decode())
            if event is not None:
                yield event

    def _line(self, line: str) -> StreamEvent | None:
        if line:
            self._field(line)
            return None
        fields, self._fields = self._fields, {}
        return _event(fields) if "data" in fields else None

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        if name:  # a comment has none
            value = value.removeprefix(" ")
            before = self._fields.get(name)
            joined = name == "data" and before is not None
            self._fields[name] = f"{before}\n{value}" if joined else value


def _event(fields: dict[str, str]) -> StreamEvent | None:
    """None for kinds that a newer service may tell of."""
    kind = fields.get("event", "")
    if kind not in set(EventKind):
        return None
    return StreamEvent(int(fields["id"]), EventKind(kind), event_data(kind, json.loads(fields["data"])))
