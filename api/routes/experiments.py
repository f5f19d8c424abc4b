"""`/v1/experiments`: create, list, read, change, delete."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Header, Request, Response
from fastapi import Query as InQuery
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import etags, parsing
from api.http.parameters import ExperimentId, IdempotencyKey, Query, Text
from api.http.request_body import JsonBody
from api.http.responses import answer, headers_of, repeatable
from api.limits import PAGE_SIZE
from api.openapi.responses import WITH_EXPERIMENT, body_of, header, problems
from api.routes.waiting import created_headers, wait_for_end
from api.services import creation, experiments, spec_reading
from api.services.experiments import VersionedRecord
from api.state import StateDep
from gradus.catalog import as_posted
from gradus.examples import EXAMPLES
from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import DryRun, ExperimentPage, ExperimentPatch, ExperimentRecord
from hub.experiments.lists import Filter

router = keyed_router("experiments")

_ETAG = {"ETag": header("The version of the experiment.")}
_ONE: dict[str, Any] = {"response_model": ExperimentRecord, "response_description": "The experiment."}


class CreateQuery(Query):
    """Query parameters of `POST /v1/experiments`."""

    dry_run: bool = False
    """Only validate and summarize the spec; store nothing."""


class ListQuery(Query):
    """Query parameters of `GET /v1/experiments`."""

    status: Annotated[tuple[Status, ...], Field(max_length=len(Status))] = ()
    """Only experiments with this status. Repeat `status=…` for several."""
    tag: Text | None = None
    """Only experiments with this tag."""
    dataset: Text | None = None
    """Only experiments on this data set."""
    sweep: Text | None = None
    """Only the members of this sweep."""
    q: Text | None = None
    """Only experiments with this text in their name, notes or id, ignoring case."""
    id: Annotated[tuple[Text, ...], Field(max_length=PAGE_SIZE)] = ()
    """Only the experiments with these ids. Repeat `id=…` for several."""
    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE)] = 50
    """Page size."""
    cursor: Annotated[str, Field(max_length=1000)] | None = None
    """The previous page's `next_cursor`."""
    order_by: Literal["-created_at", "created_at"] = "-created_at"
    """Newest first, or oldest first."""

    def filter(self) -> Filter:
        """The filter that the parameters describe."""
        return Filter(tuple(dict.fromkeys(self.status)), self.tag, self.dataset, self.sweep, self.q, self.id)


def _tag(versioned: VersionedRecord) -> str:
    return etags.etag_of(versioned.version, versioned.record)


def _with_tag(versioned: VersionedRecord) -> Response:
    return answer(versioned.record, headers={"ETag": _tag(versioned)})


_SPECS = {name: {"summary": name, "value": as_posted(example)} for name, example in EXAMPLES.items()}
_CHANGES = {"tag it": {"value": {"tags": ["baseline"], "notes": "the lecture's first run"}}}


@router.post(
    "/v1/experiments",
    status_code=201,
    response_model=ExperimentRecord,
    response_description="The experiment is stored and queued.",
    responses={
        201: {
            "headers": {**_ETAG, **created_headers("The experiment's path.")},
            "links": WITH_EXPERIMENT,
        },
        200: {"model": DryRun, "description": "The result of a dry run."},
        **problems(409, 413, 415, 422),
    },
    openapi_extra=body_of("SpecInput", _SPECS),
)
async def create_experiment(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    body: JsonBody,
    query: Annotated[CreateQuery, InQuery()],
    idempotency_key: IdempotencyKey = None,
    prefer: Annotated[
        list[str] | None,
        Header(description="`wait=N`: respond when the experiment has ended, or after N s (30, ≤ 60)."),
    ] = None,
) -> Response:
    """Train a network: send a spec, get the experiment. A worker trains it."""
    experiment = await run_in_threadpool(spec_reading.read, state.hub, caller.workspace_id, body, Spec)
    if query.dry_run:
        return answer(await run_in_threadpool(creation.preview, state.hub, caller.workspace_id, experiment))
    outcome = await run_in_threadpool(creation.create, state.hub, caller.workspace_id, experiment, idempotency_key)
    location = f"/v1/experiments/{outcome.id}"
    over = partial(experiments.over, state.hub, caller.workspace_id, outcome.id)
    waited = await wait_for_end(request, state, caller, outcome.id, over, prefer)
    if not waited:
        return repeatable(outcome, 201, location)
    now = await run_in_threadpool(experiments.get, state.hub, caller.workspace_id, outcome.id)
    return answer(now.record, 201, {**headers_of(outcome, location), **waited, "ETag": _tag(now)})


@router.get("/v1/experiments", response_model=ExperimentPage)
def list_experiments(state: StateDep, caller: CallerDep, query: Annotated[ListQuery, InQuery()]) -> Response:
    """Experiments, newest first unless `order_by` says otherwise."""
    oldest_first = query.order_by == "created_at"
    shown, cursor, limit = query.filter(), query.cursor, query.limit
    return answer(experiments.page(state.hub, caller.workspace_id, shown, cursor, limit, oldest_first=oldest_first))


@router.get(
    "/v1/experiments/{experiment_id}",
    **_ONE,
    responses={
        200: {"headers": _ETAG},
        304: {"description": "The version in `If-None-Match` is current.", "headers": _ETAG},
        **problems(404),
    },
)
def get_experiment(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    if_none_match: Annotated[list[str] | None, Header(description="ETags of the versions that the client has.")] = None,
) -> Response:
    """One experiment: its spec, progress and results."""
    versioned = experiments.get(state.hub, caller.workspace_id, experiment_id)
    tag = _tag(versioned)
    if etags.none_match(if_none_match or (), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return _with_tag(versioned)


@router.patch(
    "/v1/experiments/{experiment_id}",
    **_ONE,
    responses={200: {"headers": _ETAG}, **problems(404, 412, 413, 415, 422)},
    openapi_extra=body_of("ExperimentPatch", _CHANGES),
)
def change_experiment(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    body: JsonBody,
    if_match: Annotated[
        list[str] | None, Header(description="Change the experiment only if this is still its ETag.")
    ] = None,
) -> Response:
    """Change the name, tags, notes or priority. The priority matters only while the experiment is queued. Omitted keys
    keep their values."""
    changes = parsing.read_changes(body, ExperimentPatch)
    return _with_tag(
        experiments.patch(
            state.hub,
            caller.workspace_id,
            experiment_id,
            changes,
            lambda version: etags.match(if_match or (), version),
        )
    )


@router.delete("/v1/experiments/{experiment_id}", status_code=204, responses=problems(404, 409))
def delete_experiment(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """Delete an experiment with its metrics, events and checkpoints. Cancel it first if it is running."""
    experiments.remove(state.hub, caller.workspace_id, experiment_id)
    return Response(status_code=204)
