"""Follows the event logs of experiments to their ends, and reconnects when a connection breaks."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradus.client.events import R, Received, StreamEvent, StreamReader, read_event
from gradus.client.request import Request, get_experiment, list_experiments, nothing, path_of, reads
from gradus.client.response import unreadable
from gradus.client.retry import PATIENCE, UNREACHABLE, Outage
from gradus.errors import GradusError, NotFound, Unavailable
from gradus.status import EventKind
from gradus.wire.experiment import LogPage

if TYPE_CHECKING:
    from gradus.client.transport import Transport

TOGETHER = 50
"""Maximum number of experiments per request."""
MAX_EMPTY = 2
"""Consecutive connections without a new event after which a log's missing events are assumed to be pruned."""


@dataclass
class LogCursor:
    """How far one log has been read."""

    seq: int = 0
    """Number of the newest event that was read."""
    ended: bool = False
    """Whether that event was the end of the log."""

    def next(self, received: Received) -> StreamEvent | None:
        """The event, unless it was read before or is of a kind that only a newer service knows."""
        if received.seq <= self.seq:
            return None
        self.seq = received.seq
        if received.event is not None:
            self.ended = received.event.kind is EventKind.END
        return received.event


async def follow(
    transport: "Transport[Any]",
    experiment_id: str,
    after: int = 0,
    patience: float = PATIENCE,
    last: int | None = None,
) -> AsyncGenerator[StreamEvent]:
    """The events after number `after`, each once and in order, to the end of the experiment or to number `last`.

    An `end` is held back until the stream closes after it: an extended experiment continues after its first `end`.
    Events of unknown kinds, from a newer service, are skipped, but their numbers count.

    Raises:
        GradusError: the service refused, or could not be reached for `patience` seconds.
    """
    log, end, outage = LogCursor(after), None, Outage(patience)
    while True:
        before, request = log.seq, experiment_events(experiment_id, log.seq)
        try:
            async with transport.stream(request, outage.timeout()) as chunks:
                reader = StreamReader(read_event)
                async for chunk in chunks:
                    outage.over()
                    for received in events_in(request, reader, chunk):
                        event = log.next(received)
                        if event is not None:
                            end = event if event.kind is EventKind.END else None
                        if event is not None and end is None and (last is None or received.seq <= last):
                            yield event
                        if last is not None and log.seq >= last and end is None:
                            return
            if end is not None:
                yield end
                return
            if log.seq == before and (await transport.send(get_experiment(experiment_id))).over:
                return  # nothing came, and nothing will
            error: GradusError = stopped()
        except GradusError as caught:
            error = caught
        await transport.pause(request, error, outage)


async def follow_many(
    transport: "Transport[Any]", ids: Sequence[str], patience: float = PATIENCE
) -> AsyncGenerator[tuple[str, StreamEvent]]:
    """The events of several logs with their experiments' ids, each once and in order, until all have ended.

    New events come from the workspace's stream; events from before it was opened are read from each experiment's log.
    Both contain an event's number in that log, so that none is yielded twice. An `end` is left out if the experiment
    was extended before it was read.

    Raises:
        NotFound: an experiment does not exist, or was deleted.
        GradusError: the service refused, or could not be reached for `patience` seconds.
    """
    state, outage = _Workspace({one: LogCursor() for one in ids}), Outage(patience)
    while state.going():
        request = workspace_events(state.position)
        try:
            async with aclosing(_connection(transport, request, state, outage, patience)) as events:
                async for one in events:
                    yield one
            error: GradusError = stopped()
        except GradusError as caught:
            error = caught
        if state.going():
            await transport.pause(request, error, outage)


@dataclass
class _Workspace:
    """How far the logs and the workspace's stream have been read."""

    logs: Mapping[str, LogCursor]
    position: int | None = None
    """Id of the newest event of the stream; None before the first event."""

    def going(self) -> list[str]:
        """The ids of the experiments that have not ended."""
        return [one for one, log in self.logs.items() if not log.ended]

    def new(self, received: Received) -> StreamEvent | None:
        """The event, if it belongs to one of the logs and was not read before."""
        self.position = received.id
        log = self.logs.get(received.experiment_id)
        return None if log is None else log.next(received)


async def _connection(
    transport: "Transport[Any]", request: Request[None], state: _Workspace, outage: Outage, patience: float
) -> AsyncGenerator[tuple[str, StreamEvent]]:
    """The events from one connection, preceded by missed events unless it continues where the last one broke."""
    async with transport.stream(request, outage.timeout()) as chunks:
        for missed in state.going() if state.position is None else ():
            async with aclosing(_catch_up(transport, missed, state.logs[missed], patience)) as events:
                async for event in events:
                    yield missed, event
        reader = StreamReader(read_event)
        while state.going() and (chunk := await anext(chunks, None)) is not None:
            outage.over()
            silences = reader.comments
            for received in events_in(request, reader, chunk):
                if (new := state.new(received)) is not None:
                    yield received.experiment_id, new
            if reader.comments > silences:
                await _require_present(transport, state.going(), patience)


async def _catch_up(
    transport: "Transport[Any]", experiment_id: str, log: LogCursor, patience: float
) -> AsyncGenerator[StreamEvent]:
    """The events of a log up to its newest."""
    newest = (await transport.send(experiment_log(experiment_id), Outage(patience))).last_event
    outage, empty = Outage(patience), 0
    while log.seq < newest and empty < MAX_EMPTY:
        before, request = log.seq, experiment_events(experiment_id, log.seq)
        try:
            async with transport.stream(request, outage.timeout()) as chunks:
                reader = StreamReader(read_event)
                async for chunk in chunks:
                    outage.over()
                    for received in events_in(request, reader, chunk):
                        event = log.next(received)
                        if event is not None and (event.kind is not EventKind.END or event.seq >= newest):
                            yield event
                    if log.seq >= newest or reader.comments:
                        break
            empty = empty + 1 if log.seq == before else 0
            error: GradusError = stopped()
        except GradusError as caught:
            error = caught
        if log.seq < newest and empty < MAX_EMPTY:
            await transport.pause(request, error, outage)


async def _require_present(transport: "Transport[Any]", ids: Sequence[str], patience: float) -> None:
    """Check that the experiments still exist. Called while no events come: an experiment that was deleted before the
    stream began never sends an `end`.

    Raises:
        NotFound: one of the experiments no longer exists.
    """
    for i in range(0, len(ids), TOGETHER):
        part = ids[i : i + TOGETHER]
        page = await transport.send(list_experiments(part, limit=TOGETHER), Outage(patience))
        for missing in sorted(set(part) - {record.id for record in page.data}):
            raise NotFound(f"no experiment {missing}")


def events_in(request: Request[Any], reader: StreamReader[R], chunk: bytes) -> Sequence[R]:
    """The events whose last bytes are in this chunk.

    Raises:
        ServerFault: an event is malformed.
    """
    try:
        return list(reader.feed(chunk))
    except (ValueError, KeyError) as error:
        raise unreadable(request) from error


def stopped() -> Unavailable:
    """The error of a stream that closed before its end."""
    return Unavailable("the stream stopped before its end", code=UNREACHABLE)


def experiment_events(experiment_id: str, after: int = 0) -> Request[None]:
    """`GET /v1/experiments/{id}/events`."""
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    return Request("GET", path_of("experiments", experiment_id, "events"), nothing, headers=headers)


def workspace_events(after: int | None = None) -> Request[None]:
    """`GET /v1/events`, after the event with this number; None for events from now on."""
    headers = {"Accept": "text/event-stream", **({} if after is None else {"Last-Event-ID": str(after)})}
    return Request("GET", "/v1/events", nothing, headers=headers)


def experiment_log(experiment_id: str, after: int = 0) -> Request[LogPage]:
    """`GET /v1/experiments/{id}/log`."""
    return Request("GET", path_of("experiments", experiment_id, "log"), reads(LogPage), query={"after": after})
