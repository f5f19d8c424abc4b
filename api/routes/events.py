"""Event streams of an experiment and of a workspace, and an experiment's log without streaming."""

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi import Query as InQuery
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.http.negotiation import choose
from api.http.parameters import After, ExperimentId, Query
from api.http.responses import NO_STORE, answer
from api.openapi.responses import GUARDED, Responses, problems
from api.services import following, log
from api.state import AppState, StateDep
from api.streaming.encodings import ENCODINGS, Encoding
from api.streaming.open_requests import OpenResponse, owner_of
from api.streaming.sources import EventSource, ExperimentLog, WorkspaceLog
from gradus.wire.experiment import LogPage
from hub.access.keys import Caller

router = APIRouter(tags=["metrics and events"], responses=GUARDED)

_HEADERS = {**NO_STORE, "X-Accel-Buffering": "no"}
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_ENVELOPE = (
    '{"seq":2,"kind":"log","at":"2026-11-22T12:30:00.000000Z","experiment_id":"exp_01m81q9s0ke318d4xdcn4hsegr",'
    '"data":{"level":"info","message":"downloading mnist"}}'
)
_EXAMPLES = {
    "text/event-stream": f"id: 2\nevent: log\ndata: {_ENVELOPE}\n\n",
    "application/x-ndjson": f"{_ENVELOPE}\n",
}
_STREAM: Responses = {
    200: {
        "description": "Events as they happen, and every 15 s a comment (SSE) or a space (NDJSON).",
        "content": {media: {"schema": {"type": "string"}, "example": text} for media, text in _EXAMPLES.items()},
    }
}


class EventsQuery(Query):
    """Query parameters of the streams."""

    after: After | None = None
    """Only events with greater ids. The header `Last-Event-ID` means the same and takes precedence."""


class LogQuery(Query):
    """Query parameters of the log."""

    after: After = 0
    """Only lines with greater ids."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Maximum number of lines."""


LastEventId = Annotated[
    str | None,
    Header(description="The id of the last event that the client received. A value that is not a number is ignored."),
]
Accept = Annotated[list[str] | None, Header(description="`text/event-stream` or `application/x-ndjson`.")]


@router.get(
    "/v1/experiments/{experiment_id}/events",
    response_class=StreamingResponse,
    responses={**_STREAM, **problems(404, 406)},
)
async def stream_experiment(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    query: Annotated[EventsQuery, InQuery()],
    last_event_id: LastEventId = None,
    accept: Accept = None,
) -> Response:
    """Stream all events of one experiment, from the first to the end.

    Ids are 1, 2, 3 … without gaps. Each event is `{"seq", "kind", "at", "experiment_id", "data"}`: the `data` of
    `status` and `end` are the experiment, of `epoch` a metrics row, of `log` a line, of `progress` the progress of a
    long step that training waits for. More kinds may be added: skip unknown kinds.
    Long after its end (90 days by default), an experiment keeps only its `log` events and the last `end`: other ids up
    to its `events_pruned` are then missing and are never reused; the metrics still have all epochs.
    The stream closes after `end`. Close a browser's EventSource then, or it reconnects.
    """
    encoding = ENCODINGS[choose(accept or (), tuple(ENCODINGS))]
    received = _last_received(last_event_id, query.after) or 0
    start = await run_in_threadpool(following.start_of_one, state.hub, caller.workspace_id, experiment_id, received)
    if start.over:
        return StreamingResponse(_no_events(encoding), headers=_HEADERS, media_type=encoding.media_type)
    return _stream(request, state, caller, ExperimentLog(experiment_id), start.after, encoding)


@router.get("/v1/experiments/{experiment_id}/log", response_model=LogPage, responses=problems(404))
def read_log(
    state: StateDep, caller: CallerDep, experiment_id: ExperimentId, query: Annotated[LogQuery, InQuery()]
) -> Response:
    """The log lines of an experiment: the `log` events of its stream, with their times."""
    return answer(log.read(state.hub, caller.workspace_id, experiment_id, query.after, query.limit), headers=NO_STORE)


@router.get("/v1/events", response_class=StreamingResponse, responses={**_STREAM, **problems(406)})
async def stream_everything(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    query: Annotated[EventsQuery, InQuery()],
    last_event_id: LastEventId = None,
    accept: Accept = None,
) -> Response:
    """Stream the events of all experiments of your workspace, from now on or after the last event that you received.

    Ids increase, with gaps. The events are those of the experiments' own streams: `seq` is the number in the log of
    `experiment_id`. NDJSON does not contain the ids of this stream: use server-sent events if you need to resume.
    """
    encoding = ENCODINGS[choose(accept or (), tuple(ENCODINGS))]
    start = await run_in_threadpool(
        following.start_of_all, state.hub, caller.workspace_id, _last_received(last_event_id, query.after)
    )
    return _stream(request, state, caller, WorkspaceLog(caller.workspace_id), start.after, encoding)


def _last_received(last_event_id: str | None, after: int | None) -> int | None:
    """The last event that the client received. A header that is not a number comes from another service: ignore it."""
    text = (last_event_id or "").strip()
    return int(text) if _NUMBER.fullmatch(text) else after


def _stream(
    request: Request, state: AppState, caller: Caller, log: EventSource, after: int, encoding: Encoding
) -> Response:
    place = state.open_requests.place(owner_of(request, caller))
    content = state.streams.chunks(
        log, after, encoding, partial(state.short_reads.ask, state.authenticator.still_valid, caller)
    )
    return OpenResponse(place, content, headers=_HEADERS, media_type=encoding.media_type)


async def _no_events(encoding: Encoding) -> AsyncIterator[bytes]:
    """The stream for a client that has all events of an experiment that has ended."""
    yield encoding.comment("the experiment has ended")
