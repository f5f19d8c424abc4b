"""The event stream of a data set, and its log without streaming."""

from typing import Annotated

from fastapi import Query as InQuery
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.negotiation import choose
from api.http.parameters import DatasetKey
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
from api.streaming.sources import DatasetLog
from gradus.wire.dataset import DatasetLogPage

router = keyed_router("data sets")

_ENVELOPE = (
    '{"seq":2,"kind":"progress","at":"2026-11-22T12:30:00.000000Z","dataset_id":"dst_01m81q9s0ke318d4xdcn4hsegr",'
    '"data":{"what":"reading churn.csv","done":1048576,"total":52428800,"unit":"bytes"}}'
)


@router.get(
    "/v1/datasets/{dataset}/events",
    response_class=StreamingResponse,
    responses={**stream_of(_ENVELOPE, "progress"), **problems(404, 406)},
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
    received = last_received(last_event_id, query.after) or 0
    dataset_id, start = await run_in_threadpool(
        following.start_of_dataset, state.hub, caller.workspace_id, dataset, received
    )
    if start.over:
        return nothing_more(encoding, "the data set has been read")
    return stream(request, state, caller, DatasetLog(dataset_id), start.after, encoding)


@router.get("/v1/datasets/{dataset}/log", response_model=DatasetLogPage, responses=problems(404))
def read_dataset_log(
    state: StateDep, caller: CallerDep, dataset: DatasetKey, query: Annotated[LogQuery, InQuery()]
) -> Response:
    """The log lines of a data set: the `log` events of its stream, with their times."""
    lines = log.read_of_dataset(state.hub, caller.workspace_id, dataset, query.after, query.limit)
    return answer(lines, headers=NO_STORE)
