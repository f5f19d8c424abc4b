"""`/v1/experiments/{id}/metrics`: poll, long-poll, CSV, fewer points; `/v1/metrics`: several histories at once."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header, Request, Response
from fastapi import Query as InQuery
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.http.disconnect import while_connected
from api.http.negotiation import choose
from api.http.parameters import After, ExperimentId, Query, Text, Wait
from api.http.responses import JSON, NO_STORE, answer
from api.openapi.responses import GUARDED, problems
from api.services import following, histories, metrics
from api.state import AppState, StateDep
from api.streaming.open_requests import holder
from gradus.wire.metrics import MetricsPage, MetricsPages

router = APIRouter(tags=["metrics and events"], responses=GUARDED)

CSV = "text/csv"
CSV_ROWS = 200
"""Read at once: a client that does not read keeps them in memory."""
TOGETHER = 50
"""Histories in one answer."""


class MetricsQuery(Query):
    """Of `GET /v1/experiments/{id}/metrics`."""

    after: After = 0
    """Only later epochs."""
    wait: Wait = 0
    """Long-poll: answer when there is a later epoch or the experiment is over, after so many seconds at most."""
    max_points: Annotated[int, Field(ge=2, le=10_000)] | None = None
    """At most so many rows: the first, the last, and of equally long stretches between them those with the lowest
    and the highest training loss."""


@router.get(
    "/v1/experiments/{experiment_id}/metrics",
    response_model=MetricsPage,
    responses={
        200: {
            "description": "The rows; as CSV the columns are the row's keys, and null is empty.",
            "content": {CSV: {"schema": {"type": "string"}}},
        },
        **problems(404, 406),
    },
)
async def get_metrics(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    query: Annotated[MetricsQuery, InQuery()],
    accept: Annotated[list[str] | None, Header(description="`application/json` or `text/csv`.")] = None,
) -> Response:
    """One row for each epoch.

    10,000 at most in one answer of JSON: if the last row is of an earlier epoch than `last_epoch`, ask again with that
    row's epoch as `after`, as the `Link` with `rel="next"` does. CSV has them all.
    """
    form = choose(accept or (), (JSON, CSV))
    if query.wait:
        one = (state.hub, caller.workspace_id, experiment_id, query.after)
        progressed = partial(state.looks.ask, metrics.progressed, *one)
        with state.open_requests.place(holder(request, caller)):
            wait = following.wait_until(state.broadcaster, experiment_id, following.PROGRESS, query.wait, progressed)
            await while_connected(request, wait)
    chosen = partial(metrics.page, state.hub, caller.workspace_id, experiment_id, query.after, query.max_points)
    if form == CSV and query.max_points is None:
        await run_in_threadpool(metrics.progressed, state.hub, caller.workspace_id, experiment_id, query.after)
        return StreamingResponse(_csv(state, experiment_id, query.after), headers=NO_STORE, media_type=CSV)
    return await to_thread.run_sync(_rendered, chosen, form, limiter=state.large_reads)


def _rendered(chosen: Callable[[], MetricsPage], form: str) -> Response:
    """The answer as it is sent: nothing else of thousands of rows is kept for a client that reads slowly."""
    page = chosen()
    if form == CSV:
        return Response(metrics.csv_header() + metrics.as_csv(page.data), headers=NO_STORE, media_type=CSV)
    cut = {"Link": f'<?after={page.data[-1].epoch}>; rel="next"'} if metrics.cut(page) else {}
    return answer(page, headers={**NO_STORE, **cut})


async def _csv(state: AppState, experiment_id: str, after: int) -> AsyncIterator[str]:
    """All rows after `after`, read as the client takes them."""
    yield metrics.csv_header()
    read = partial(metrics.csv_rows, state.hub, experiment_id)
    while True:
        lines, after = await to_thread.run_sync(read, after, CSV_ROWS, limiter=state.large_reads)
        if not lines:
            return
        yield lines


class HistoriesQuery(Query):
    """Of `GET /v1/metrics`."""

    experiment: Annotated[tuple[Text, ...], Field(min_length=1, max_length=TOGETHER)]
    """The ids, each as `experiment=…`."""
    max_points: Annotated[int, Field(ge=2, le=1000)] = 100
    """At most so many rows of each, chosen as for one experiment."""


@router.get("/v1/metrics", response_model=MetricsPages, response_description="The rows of each, by its id.")
async def get_histories(state: StateDep, caller: CallerDep, query: Annotated[HistoriesQuery, InQuery()]) -> Response:
    """The histories of up to 50 experiments at once, for curves over each other; what is not there is left out.

    All together are 10,000 rows at most: of many experiments, fewer than `max_points` each.
    """

    def read() -> Response:
        found = histories.read(state.hub, caller.workspace_id, query.experiment, query.max_points)
        return answer(found, headers=NO_STORE)

    return await to_thread.run_sync(read, limiter=state.large_reads)
