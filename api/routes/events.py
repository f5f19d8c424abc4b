"""Event streams of an experiment and of a workspace, and an experiment's log without streaming."""

from typing import Annotated

from fastapi import Query as InQuery
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.negotiation import choose
from api.http.parameters import ExperimentId
from api.http.responses import NO_STORE, answer
from api.openapi.responses import problems
from api.routes.stream_responses import (
    Accept,
    EventsQuery,
    LastEventId,
    LogQuery,
    last_received,
    nothing_more,
    stream,
    stream_of,
)
from api.services import following, log
from api.state import StateDep
from api.streaming.encodings import ENCODINGS
from api.streaming.sources import ExperimentLog, WorkspaceLog
from gradus.wire.experiment import LogPage

router = keyed_router("metrics and events")

_ENVELOPE = (
    '{"seq":2,"kind":"log","at":"2026-11-22T12:30:00.000000Z","experiment_id":"exp_01m81q9s0ke318d4xdcn4hsegr",'
    '"data":{"level":"info","message":"downloading mnist"}}'
)
_STREAM = stream_of(_ENVELOPE, "log")


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
    `status` and `end` are the experiment, of `epoch` a metrics row, of `layers` statistics of the layers, of `finding`
    what is wrong, of `log` a line, of `progress` the progress of a long step that training waits for. More kinds may be
    added: skip unknown kinds.
    Long after its end (90 days by default), an experiment keeps only its `log` events and the last `end`: other ids up
    to its `events_pruned` are then missing and are never reused; the metrics still have all epochs.
    The stream closes after `end`. Close a browser's EventSource then, or it reconnects.
    """
    encoding = ENCODINGS[choose(accept or (), tuple(ENCODINGS))]
    received = last_received(last_event_id, query.after) or 0
    start = await run_in_threadpool(following.start_of_one, state.hub, caller.workspace_id, experiment_id, received)
    if start.over:
        return nothing_more(encoding, "the experiment has ended")
    return stream(request, state, caller, ExperimentLog(experiment_id), start.after, encoding)


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
        following.start_of_all, state.hub, caller.workspace_id, last_received(last_event_id, query.after)
    )
    return stream(request, state, caller, WorkspaceLog(caller.workspace_id), start.after, encoding)
