"""An experiment's log as lines: a moment where one is known, and what happened."""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime

from gradus.cli import output, words
from gradus.cli.exits import Exit
from gradus.cli.watch import say_that_they_go_on
from gradus.client import Client, StreamEvent, calls
from gradus.status import EventKind, Status
from gradus.wire.experiment import ExperimentRecord, LogLine
from gradus.wire.metrics import MetricsRow

Lines = dict[int, datetime]
"""The moments of the `log` events, by their numbers."""


def print_log(client: Client, experiment_id: str, *, follow: bool, as_json: bool) -> Exit | None:
    """Every event so far or, with `follow`, to the end. Ctrl-C leaves the run alive."""
    said, newest = _lines(client, experiment_id)
    epochs = 0
    try:
        with closing(client.experiments.events(experiment_id)) as events:
            for event in events if follow else _so_far(events, newest):
                if isinstance(event.data, ExperimentRecord):
                    epochs = event.data.progress.epochs
                line = _document(event) if as_json else _line(event, epochs, said.get(event.seq) or _moment(event))
                if line is not None:
                    print(line, flush=True)
    except KeyboardInterrupt:
        say_that_they_go_on([experiment_id])
        return Exit.INTERRUPTED
    return None


def _lines(client: Client, experiment_id: str) -> tuple[Lines, int]:
    """When each line was said, which the stream does not tell; and the number of the newest event."""
    page = client.send(calls.log(experiment_id))
    newest, said = page.last_event, Lines()
    while page.data:
        said.update((one.id, one.at) for one in page.data)
        page = client.send(calls.log(experiment_id, after=page.data[-1].id))
    return said, newest


def _so_far(events: Iterable[StreamEvent], newest: int) -> Iterator[StreamEvent]:
    """The events to the newest one; one more has to come where that was an `end` that was taken back meanwhile."""
    for event in events:
        if event.seq <= newest:
            yield event
        if event.seq >= newest:
            return


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
