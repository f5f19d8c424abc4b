"""`/v1/experiments`: create, list, read, change, delete."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request, Response
from fastapi import Query as InQuery
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.http import etags, parsing
from api.http.disconnect import while_connected
from api.http.parameters import ExperimentId, IdempotencyKey, Query, Text
from api.http.prefer_header import preferred_wait
from api.http.request_body import JsonBody
from api.http.responses import answer, headers_of, repeatable
from api.limits import PAGE_SIZE
from api.openapi.responses import GUARDED, REPLAYED, WITH_EXPERIMENT, body_of, header, problems
from api.services import creation, experiments, following
from api.services.experiments import Seen
from api.state import AppState, StateDep
from api.streaming.open_requests import holder
from gradus.catalog import as_posted
from gradus.examples import EXAMPLES
from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import DryRun, ExperimentPage, ExperimentRecord
from hub.access.keys import Caller
from hub.experiments.experiments import Filter

router = APIRouter(tags=["experiments"], responses=GUARDED)

_ETAG = {"ETag": header("The version of the experiment.")}
_ONE: dict[str, Any] = {"response_model": ExperimentRecord, "response_description": "The experiment."}


class CreateQuery(Query):
    """Of `POST /v1/experiments`."""

    dry_run: bool = False
    """Only say what the spec comes to; store nothing."""


class ListQuery(Query):
    """Of `GET /v1/experiments`."""

    status: Annotated[tuple[Status, ...], Field(max_length=len(Status))] = ()
    """Only those in this status, or in any of several, each as `status=…`."""
    tag: Text | None = None
    """Only those with this tag."""
    dataset: Text | None = None
    """Only those on this data set."""
    sweep: Text | None = None
    """Only the members of this sweep."""
    q: Text | None = None
    """Only those with this text in their name, notes or id, in any case."""
    id: Annotated[tuple[Text, ...], Field(max_length=PAGE_SIZE)] = ()
    """Only these, each as `id=…`."""
    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE)] = 50
    """How many on a page."""
    cursor: Annotated[str, Field(max_length=1000)] | None = None
    """The last page's `next_cursor`."""
    order_by: Literal["-created_at", "created_at"] = "-created_at"
    """Newest first, or oldest first."""

    def filter(self) -> Filter:
        """What the list shows."""
        return Filter(tuple(dict.fromkeys(self.status)), self.tag, self.dataset, self.sweep, self.q, self.id)


def _tag(seen: Seen) -> str:
    return etags.etag_of(seen.version, seen.record)


def _seen(seen: Seen) -> Response:
    return answer(seen.record, headers={"ETag": _tag(seen)})


_SPECS = {name: {"summary": name, "value": as_posted(example)} for name, example in EXAMPLES.items()}
_CHANGES = {"tag it": {"value": {"tags": ["baseline"], "notes": "the lecture's first run"}}}


@router.post(
    "/v1/experiments",
    status_code=201,
    response_model=ExperimentRecord,
    response_description="It is stored and will run.",
    responses={
        201: {
            "headers": {
                **_ETAG,
                "Location": header("Where it is from now on."),
                **REPLAYED,
                "Preference-Applied": header("The wait that was granted."),
            },
            "links": WITH_EXPERIMENT,
        },
        200: {"model": DryRun, "description": "What a dry run found."},
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
        list[str] | None, Header(description="`wait=N`: answer when the experiment is over, after N s at most (≤ 60).")
    ] = None,
) -> Response:
    """Train a network: one spec in; the experiment comes back, and a worker takes it up."""
    experiment = await run_in_threadpool(parsing.read, body, Spec)
    if query.dry_run:
        return answer(await run_in_threadpool(creation.preview, state.hub, experiment))
    made = await run_in_threadpool(creation.create, state.hub, caller.workspace_id, experiment, idempotency_key)
    place = f"/v1/experiments/{made.id}"
    who, seconds = holder(request, caller), preferred_wait(prefer or ())
    if seconds and state.open_requests.has_room(who):  # it is made: a wait that is not possible is no reason to refuse
        with state.open_requests.place(who):
            ended = await _ended(request, state, caller, made.id, seconds)
        waited = {"Preference-Applied": f"wait={seconds}", "ETag": _tag(ended)}
        return answer(ended.record, 201, {**headers_of(made, place), **waited})
    return repeatable(made, 201, place)


async def _ended(request: Request, state: AppState, caller: Caller, experiment_id: str, seconds: float) -> Seen:
    """The experiment when it is over, or after so many seconds, or when nobody waits for it any more."""
    over = partial(state.looks.ask, experiments.over, state.hub, caller.workspace_id, experiment_id)
    await while_connected(request, following.wait_until(state.broadcaster, experiment_id, following.END, seconds, over))
    return await run_in_threadpool(experiments.get, state.hub, caller.workspace_id, experiment_id)


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
        304: {"description": "It is still the version of `If-None-Match`.", "headers": _ETAG},
        **problems(404),
    },
)
def get_experiment(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    if_none_match: Annotated[list[str] | None, Header(description="Versions that the client has.")] = None,
) -> Response:
    """One experiment: what was asked, how far it is, what came of it."""
    seen = experiments.get(state.hub, caller.workspace_id, experiment_id)
    tag = _tag(seen)
    if etags.none_match(if_none_match or (), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return _seen(seen)


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
    if_match: Annotated[list[str] | None, Header(description="Change it only if it is still this version.")] = None,
) -> Response:
    """Change name, tags or notes; keys that are left out stay as they are."""
    changes = parsing.read_changes(body)
    return _seen(
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
    """Delete it with its metrics, events and checkpoints; a running one must be cancelled first."""
    experiments.remove(state.hub, caller.workspace_id, experiment_id)
    return Response(status_code=204)
