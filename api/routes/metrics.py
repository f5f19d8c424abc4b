"""`/v1/experiments/{id}/metrics`: poll, long-poll, CSV, downsampling; `/v1/metrics`: several experiments at once."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import Header, Request, Response
from fastapi import Query as InQuery
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.disconnect import while_connected
from api.http.negotiation import choose
from api.http.parameters import After, ExperimentId, Query, Text, Wait
from api.http.responses import JSON, NO_STORE, answer
from api.openapi.responses import problems
from api.services import following, histories, metrics
from api.state import AppState, StateDep
from api.streaming.open_requests import owner_of
from gradus.wire.metrics import MetricsPage, MetricsPages

router = keyed_router("metrics and events")

CSV = "text/csv"
CSV_ROWS = 200
"""Rows read at a time: a slow client holds them in memory."""
MAX_EXPERIMENTS = 50
"""Limit on the experiments in one request."""


class MetricsQuery(Query):
    """Query parameters of `GET /v1/experiments/{id}/metrics`."""

    after: After = 0
    """Only epochs after this one."""
    wait: Wait = 0
    """Long polling: respond when there is a later epoch or the experiment has ended, or after this many seconds."""
    max_points: Annotated[int, Field(ge=2, le=10_000)] | None = None
    """Downsample to at most this many rows: the first, the last, and from equal intervals between them the rows with
    the lowest and the highest training loss."""


@router.get(
    "/v1/experiments/{experiment_id}/metrics",
    response_model=MetricsPage,
    responses={
        200: {
            "description": "The rows. In CSV, the columns are the row's keys, and null is empty.",
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

    A JSON response has at most 10,000 rows. If the last row's epoch is less than `last_epoch`, request more with that
    epoch as `after`, or follow the `Link` with `rel="next"`. CSV has all rows.
    """
    form = choose(accept or (), (JSON, CSV))
    if query.wait:
        arguments = (state.hub, caller.workspace_id, experiment_id, query.after)
        progressed = partial(state.short_reads.ask, metrics.progressed, *arguments)
        with state.open_requests.place(owner_of(request, caller)):
            wait = following.wait_until(state.broadcaster, experiment_id, following.PROGRESS, query.wait, progressed)
            await while_connected(request, wait)
    read_page = partial(metrics.page, state.hub, caller.workspace_id, experiment_id, query.after, query.max_points)
    if form == CSV and query.max_points is None:
        await run_in_threadpool(metrics.progressed, state.hub, caller.workspace_id, experiment_id, query.after)
        return StreamingResponse(_csv(state, experiment_id, query.after), headers=NO_STORE, media_type=CSV)
    return await to_thread.run_sync(_rendered, read_page, form, limiter=state.large_reads)


def _rendered(read_page: Callable[[], MetricsPage], form: str) -> Response:
    """The encoded response. While a slow client reads, only these bytes stay in memory, not the rows."""
    page = read_page()
    if form == CSV:
        return Response(metrics.csv_header() + metrics.as_csv(page.data), headers=NO_STORE, media_type=CSV)
    cut = {"Link": f'<?after={page.data[-1].epoch}>; rel="next"'} if metrics.cut(page) else {}
    return answer(page, headers={**NO_STORE, **cut})


async def _csv(state: AppState, experiment_id: str, after: int) -> AsyncIterator[str]:
    """All rows after `after`, read from the database as the client reads the response."""
    yield metrics.csv_header()
    read = partial(metrics.csv_rows, state.hub, experiment_id)
    while True:
        lines, after = await to_thread.run_sync(read, after, CSV_ROWS, limiter=state.large_reads)
        if not lines:
            return
        yield lines


class HistoriesQuery(Query):
    """Query parameters of `GET /v1/metrics`."""

    experiment: Annotated[tuple[Text, ...], Field(min_length=1, max_length=MAX_EXPERIMENTS)]
    """The experiments' ids. Repeat `experiment=…` for several."""
    max_points: Annotated[int, Field(ge=2, le=1000)] = 100
    """At most this many rows for each experiment, downsampled as for one experiment."""


@router.get("/v1/metrics", response_model=MetricsPages, response_description="The rows of each experiment, by id.")
async def get_histories(state: StateDep, caller: CallerDep, query: Annotated[HistoriesQuery, InQuery()]) -> Response:
    """The metrics of up to 50 experiments at once, for comparing curves. Unknown ids are skipped.

    The response has at most 10,000 rows: with many experiments, fewer than `max_points` for each.
    """

    def read() -> Response:
        found = histories.read(state.hub, caller.workspace_id, query.experiment, query.max_points)
        return answer(found, headers=NO_STORE)

    return await to_thread.run_sync(read, limiter=state.large_reads)
