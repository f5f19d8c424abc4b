"""Event streams of an experiment and of a workspace, and an experiment's log without streaming."""

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import Header, Request, Response
from fastapi import Query as InQuery
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.negotiation import choose
from api.http.parameters import After, DatasetKey, ExperimentId, Query
from api.http.responses import NO_STORE, answer
from api.openapi.responses import Responses, problems
from api.services import following, log
from api.state import AppState, StateDep
from api.streaming.encodings import ENCODINGS, Encoding
from api.streaming.open_requests import OpenResponse, owner_of
from api.streaming.sources import DatasetLog, EventSource, ExperimentLog, WorkspaceLog
from gradus.wire.dataset import DatasetLogPage
from gradus.wire.experiment import LogPage
from hub.access.keys import Caller

router = keyed_router("metrics and events")

_HEADERS = {**NO_STORE, "X-Accel-Buffering": "no"}
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_ENVELOPE = (
    '{"seq":2,"kind":"log","at":"2026-11-22T12:30:00.000000Z","experiment_id":"exp_01m81q9s0ke318d4xdcn4hsegr",'
    '"data":{"level":"info","message":"downloading mnist"}}'
)
_DATASET_ENVELOPE = (
    '{"seq":2,"kind":"progress","at":"2026-11-22T12:30:00.000000Z","dataset_id":"dst_01m81q9s0ke318d4xdcn4hsegr",'
    '"data":{"what":"reading churn.csv","done":1048576,"total":52428800,"unit":"bytes"}}'
)


def _stream_of(envelope: str, kind: str) -> Responses:
    examples = {
        "text/event-stream": f"id: 2\nevent: {kind}\ndata: {envelope}\n\n",
        "application/x-ndjson": f"{envelope}\n",
    }
    content = {media: {"schema": {"type": "string"}, "example": text} for media, text in examples.items()}
    return {
        200: {
            "description": "Events as they happen, and every 15 s a comment (SSE) or a space (NDJSON).",
            "content": content,
        }
    }


_STREAM = _stream_of(_ENVELOPE, "log")
_DATASET_STREAM = _stream_of(_DATASET_ENVELOPE, "progress")


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
        return _nothing_more(encoding, "the experiment has ended")
    return _stream(request, state, caller, ExperimentLog(experiment_id), start.after, encoding)


@router.get("/v1/experiments/{experiment_id}/log", response_model=LogPage, responses=problems(404))
def read_log(
    state: StateDep, caller: CallerDep, experiment_id: ExperimentId, query: Annotated[LogQuery, InQuery()]
) -> Response:
    """The log lines of an experiment: the `log` events of its stream, with their times."""
    return answer(log.read(state.hub, caller.workspace_id, experiment_id, query.after, query.limit), headers=NO_STORE)


@router.get(
    "/v1/datasets/{dataset}/events",
    tags=["data sets"],
    response_class=StreamingResponse,
    responses={**_DATASET_STREAM, **problems(404, 406)},
)
async def stream_dataset(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    dataset: DatasetKey,
    query: Annotated[EventsQuery, InQuery()],
    last_event_id: LastEventId = None,
    accept: Accept = None,
) -> Response:
    """Stream all events of one data set, from the first to the end of its reading.

    Ids are 1, 2, 3 … without gaps. Each event is `{"seq", "kind", "at", "dataset_id", "data"}`: the `data` of `status`
    and `end` are the data set, of `progress` the progress of reading, of `log` a line, of `finding` what is wrong with
    the data. More kinds may be added: skip unknown kinds.
    The stream closes after `end`. Close a browser's EventSource then, or it reconnects.
    """
    encoding = ENCODINGS[choose(accept or (), tuple(ENCODINGS))]
    received = _last_received(last_event_id, query.after) or 0
    dataset_id, start = await run_in_threadpool(
        following.start_of_dataset, state.hub, caller.workspace_id, dataset, received
    )
    if start.over:
        return _nothing_more(encoding, "the data set has been read")
    return _stream(request, state, caller, DatasetLog(dataset_id), start.after, encoding)


@router.get("/v1/datasets/{dataset}/log", tags=["data sets"], response_model=DatasetLogPage, responses=problems(404))
def read_dataset_log(
    state: StateDep, caller: CallerDep, dataset: DatasetKey, query: Annotated[LogQuery, InQuery()]
) -> Response:
    """The log lines of a data set: the `log` events of its stream, with their times."""
    lines = log.read_of_dataset(state.hub, caller.workspace_id, dataset, query.after, query.limit)
    return answer(lines, headers=NO_STORE)


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


def _nothing_more(encoding: Encoding, why: str) -> Response:
    """The stream for a client that has all events of a log that has ended."""

    async def comment() -> AsyncIterator[bytes]:
        yield encoding.comment(why)

    return StreamingResponse(comment(), headers=_HEADERS, media_type=encoding.media_type)
