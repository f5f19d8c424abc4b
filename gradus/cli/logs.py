"""An experiment's log as lines: a moment where one is known, and what happened."""

import json
import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from gradus.cli import output, words
from gradus.cli.exits import Exit
from gradus.cli.watch import say_that_they_go_on
from gradus.client import Client, StreamEvent, calls
from gradus.errors import GradusError
from gradus.status import EventKind, Status
from gradus.wire.experiment import ExperimentRecord, LogLine
from gradus.wire.metrics import MetricsRow

SILENCE = 0.5
"""Seconds without an event after which a log that is not followed counts as read: what is stored comes at once."""
PATIENCE = 30.0
"""Seconds for the first event: every log has one."""

Told = StreamEvent | GradusError | None


def print_log(client: Client, experiment_id: str, *, follow: bool, as_json: bool) -> Exit | None:
    """Every event so far or, with `follow`, to the end. Ctrl-C leaves the run alive."""
    events = client.events(experiment_id) if follow else _so_far(client, experiment_id)
    said = {} if as_json else {one.id: one.at for one in client.send(calls.log(experiment_id)).data}
    epochs = 0
    try:
        for event in events:
            if isinstance(event.data, ExperimentRecord):
                epochs = event.data.progress.epochs
            line = _document(event) if as_json else _line(event, epochs, said.get(event.seq) or _moment(event))
            if line is not None:
                print(line, flush=True)
    except KeyboardInterrupt:
        say_that_they_go_on([experiment_id])
        return Exit.INTERRUPTED
    return None


def _so_far(client: Client, experiment_id: str) -> Iterator[StreamEvent]:
    """The stored events: a stream says no word between what was and what is to come, but it makes a pause."""
    arrived: queue.SimpleQueue[Told] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(client, experiment_id, arrived), daemon=True).start()
    patience = PATIENCE
    while True:
        try:
            told = arrived.get(timeout=patience)
        except queue.Empty:
            return
        if isinstance(told, GradusError):
            raise told
        if told is None:
            return
        yield told
        patience = SILENCE


def _read(client: Client, experiment_id: str, arrived: "queue.SimpleQueue[Told]") -> None:
    try:
        for event in client.events(experiment_id):
            arrived.put(event)
        arrived.put(None)
    except GradusError as error:
        arrived.put(error)


def _document(event: StreamEvent) -> str:
    return json.dumps({"seq": event.seq, "event": event.kind, "data": output.document(event.data)}, ensure_ascii=False)


def _line(event: StreamEvent, epochs: int, moment: datetime | None) -> str | None:
    """The `end` says what the status before it has said."""
    if event.kind is EventKind.END:
        error = event.data.error if isinstance(event.data, ExperimentRecord) else None
        return None if error is None else f"{'':8}  {words.failure_line(error)}"
    clock = f"{moment.astimezone():%H:%M:%S}" if moment else ""
    return f"{clock:8}  {words.event_line(event.data, epochs)}"


def _moment(event: StreamEvent) -> datetime | None:
    """When it happened, where the event says so; a line that comes now is of now."""
    match event.data:
        case LogLine():
            return datetime.now(UTC)
        case MetricsRow() as row:
            return row.at
        case ExperimentRecord(status=Status.QUEUED, attempts=0) as record:
            return record.created_at
        case ExperimentRecord(status=Status.RUNNING, attempts=1) as record:
            return record.started_at
        case ExperimentRecord() as record:
            return record.finished_at
        case _:
            return None
