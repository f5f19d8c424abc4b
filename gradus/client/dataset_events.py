"""Follows the event log of a data set to the end of the reading, and reconnects when a connection breaks."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gradus.client.events import StreamReader
from gradus.client.follow import events_in, stopped
from gradus.client.request import Request, nothing, path_of, reads
from gradus.client.retry import PATIENCE, Outage
from gradus.errors import GradusError
from gradus.status import EventKind
from gradus.wire.dataset import DatasetEnvelope, DatasetRecord
from gradus.wire.event import StepProgress
from gradus.wire.experiment import LogLine
from gradus.wire.finding import Finding
from gradus.wire.message import Message

if TYPE_CHECKING:
    from gradus.client.transport import Transport

_DATA: dict[str, type[Message]] = {
    "status": DatasetRecord,
    "end": DatasetRecord,
    "progress": StepProgress,
    "log": LogLine,
    "finding": Finding,
}
"""The type of an event's data, by the kind of the event."""


@dataclass(frozen=True)
class DatasetEvent:
    """One row of a data set's log."""

    seq: int
    """1, 2, 3 … within the data set."""
    kind: str
    at: datetime
    """Time of the event."""
    dataset_id: str
    data: Message
    """A record for `status` and `end`, a step's progress for `progress`, a log line for `log`, a finding for
    `finding`."""


@dataclass(frozen=True)
class _Received:
    seq: int
    kind: str
    event: DatasetEvent | None
    """None for an unknown kind of a newer service; its number still counts."""


async def follow_dataset(
    transport: "Transport[Any]", dataset_id: str, after: int = 0, patience: float = PATIENCE
) -> AsyncGenerator[DatasetEvent]:
    """The events after number `after`, each once and in order, until no version is being read.

    Raises:
        GradusError: the service refused, or could not be reached for `patience` seconds.
    """
    seq, ended, outage = after, False, Outage(patience)
    while True:
        before, request = seq, _events(dataset_id, seq)
        try:
            async with transport.stream(request, outage.timeout()) as chunks:
                reader = StreamReader(_read_event)
                async for chunk in chunks:
                    outage.over()
                    for received in events_in(request, reader, chunk):
                        if received.seq <= seq:
                            continue
                        seq, ended = received.seq, received.kind == EventKind.END
                        if received.event is not None:
                            yield received.event
            if (ended or seq == before) and (await transport.send(get_dataset(dataset_id))).status != "reading":
                return
            error: GradusError = stopped()
        except GradusError as caught:
            error = caught
        await transport.pause(request, error, outage)


async def progress_of(
    transport: "Transport[Any]", record: DatasetRecord, patience: float = PATIENCE
) -> AsyncGenerator[StepProgress]:
    """The progress of the reading, whenever it has changed, until the reading ends."""
    if record.progress is not None:
        yield record.progress
    async with aclosing(follow_dataset(transport, record.id, record.last_event, patience)) as events:
        async for event in events:
            if isinstance(event.data, StepProgress):
                yield event.data


def get_dataset(name: str) -> Request[DatasetRecord]:
    """`GET /v1/datasets/{id or name}`."""
    return Request("GET", path_of("datasets", name), reads(DatasetRecord))


def _events(dataset_id: str, after: int) -> Request[None]:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    return Request("GET", path_of("datasets", dataset_id, "events"), nothing, headers=headers)


def _read_event(_: int, text: str) -> _Received:
    one = DatasetEnvelope.model_validate_json(text)
    event = None
    if one.kind in _DATA:
        data = _DATA[one.kind].model_validate(one.data)
        event = DatasetEvent(one.seq, one.kind, one.at, one.dataset_id, data)
    return _Received(one.seq, one.kind, event)
