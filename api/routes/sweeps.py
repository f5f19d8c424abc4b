"""`/v1/sweeps`: create, list, read, delete, cancel, retry, extend."""

from typing import Annotated, Any

from fastapi import Query as InQuery
from fastapi import Response
from pydantic import Field

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.dependencies import ExpansionSlotDep
from api.http import parsing
from api.http.parameters import IdempotencyKey, Query, SweepId
from api.http.request_body import JsonBody
from api.http.responses import answer, repeatable
from api.limits import PAGE_SIZE
from api.openapi.responses import REPLAYED, WITH_SWEEP, body_of, header, problems
from api.services import spec_reading, sweeps
from api.state import StateDep
from gradus.catalog import as_posted
from gradus.examples import DIGITS, GRADIENT_DESCENT
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.sweep import SweepDryRun, SweepPage, SweepRecord

router = keyed_router("sweeps")

_LECTURE = as_posted(GRADIENT_DESCENT)
_REQUESTS: dict[str, Any] = {
    "one technique at a time": {
        "value": {
            "name": "what the lecture adds",
            "base": _LECTURE,
            "variants": {
                "+ adam": {"optimizer": {"kind": "adam", "lr": 0.001}},
                "+ batch norm": {"batch_norm": True},
                "+ both": {"optimizer": {"kind": "adam", "lr": 0.001}, "batch_norm": True},
            },
            "seeds": [0, 1, 2, 3, 4],
            "objective": {"metric": "test_accuracy", "goal": "maximize"},
        }
    },
    "grid": {
        "value": {
            "base": as_posted(DIGITS),
            "grid": {"optimizer.lr": [0.01, 0.003, 0.001], "init": ["xavier", "he"]},
            "seeds": [0, 1],
        }
    },
    "random search": {
        "value": {
            "base": as_posted(DIGITS),
            "random": {
                "n": 20,
                "space": {
                    "optimizer.lr": {"kind": "log_uniform", "low": 0.0001, "high": 0.1},
                    "dropout": {"kind": "uniform", "low": 0, "high": 0.5},
                    "layers.0.units": {"kind": "choice", "values": [16, 32, 64]},
                },
            },
        }
    },
}
_EXTENSIONS: dict[str, Any] = {
    "more seeds": {"value": {"seeds": [5, 6, 7]}},
    "more values": {"value": {"grid": {"optimizer.lr": [0.0003]}}},
    "more draws": {"value": {"random": {"n": 40}}},
    "one more variant": {"value": {"variants": {"+ dropout": {"dropout": 0.3}}}},
}
_ONE: dict[str, Any] = {"response_model": SweepRecord, "response_description": "The sweep."}


class CreateQuery(Query):
    """Query parameters of `POST /v1/sweeps`."""

    dry_run: bool = False
    """Only validate and summarize the sweep; store nothing."""


class ListQuery(Query):
    """Query parameters of `GET /v1/sweeps`."""

    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE)] = 50
    """Page size."""
    cursor: Annotated[str, Field(max_length=1000)] | None = None
    """The previous page's `next_cursor`."""


@router.post(
    "/v1/sweeps",
    status_code=201,
    **_ONE,
    responses={
        201: {
            "headers": {
                "Location": header("The sweep's path."),
                **REPLAYED,
            },
            "links": WITH_SWEEP,
        },
        200: {"model": SweepDryRun, "description": "The result of a dry run."},
        **problems(409, 413, 415, 422),
    },
    openapi_extra=body_of("SweepRequestInput", _REQUESTS),
)
def create_sweep(
    state: StateDep,
    caller: CallerDep,
    body: JsonBody,
    query: Annotated[CreateQuery, InQuery()],
    slot: ExpansionSlotDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Train many networks: one base spec, changes to it, and seeds. Either all experiments are stored, or none.

    Experiments of the same shape train together as one array. An error in an experiment names its label.
    """
    request = spec_reading.read(state.hub, caller.workspace_id, body, SweepRequest, at=("base",))
    if query.dry_run:
        return answer(sweeps.preview(state.hub, caller.workspace_id, request, slot.check))
    outcome = sweeps.create(state.hub, caller.workspace_id, request, idempotency_key, slot.check)
    return repeatable(outcome, 201, f"/v1/sweeps/{outcome.id}")


@router.get("/v1/sweeps", response_model=SweepPage)
def list_sweeps(state: StateDep, caller: CallerDep, query: Annotated[ListQuery, InQuery()]) -> Response:
    """Sweeps, newest first, without their results."""
    return answer(sweeps.page(state.hub, caller.workspace_id, query.cursor, query.limit))


@router.get("/v1/sweeps/{sweep_id}", **_ONE, responses=problems(404))
def get_sweep(state: StateDep, caller: CallerDep, sweep_id: SweepId) -> Response:
    """One sweep: its request, its progress, and the results of each change, best first.

    A change's `mean` is over its members that succeeded; `difference` is to the base, paired by seed, with its 95 %
    confidence interval. Failed members are listed with their errors.
    """
    return answer(sweeps.get(state.hub, caller.workspace_id, sweep_id))


@router.delete("/v1/sweeps/{sweep_id}", status_code=204, responses=problems(404, 409))
def delete_sweep(state: StateDep, caller: CallerDep, sweep_id: SweepId) -> Response:
    """Delete a sweep with its experiments, metrics, events and checkpoints. Cancel it first if any are running."""
    sweeps.remove(state.hub, caller.workspace_id, sweep_id)
    return Response(status_code=204)


@router.post("/v1/sweeps/{sweep_id}/cancel", status_code=202, **_ONE, responses=problems(404, 409))
def cancel_sweep(state: StateDep, caller: CallerDep, sweep_id: SweepId) -> Response:
    """Cancel all experiments of the sweep that have not ended. Cancelling again has no effect."""
    return answer(sweeps.cancel(state.hub, caller.workspace_id, sweep_id), 202)


@router.post(
    "/v1/sweeps/{sweep_id}/retry",
    status_code=202,
    **_ONE,
    responses={202: {"headers": REPLAYED}, **problems(404, 409)},
)
def retry_sweep(
    state: StateDep, caller: CallerDep, sweep_id: SweepId, idempotency_key: IdempotencyKey = None
) -> Response:
    """Train the failed experiments again, from the start. Without failed experiments, nothing happens."""
    return repeatable(sweeps.retry(state.hub, caller.workspace_id, sweep_id, idempotency_key), 202)


@router.post(
    "/v1/sweeps/{sweep_id}/extend",
    status_code=202,
    **_ONE,
    responses={202: {"headers": REPLAYED}, **problems(404, 409, 413, 415, 422)},
    openapi_extra=body_of("SweepExtension", _EXTENSIONS),
)
def extend_sweep(
    state: StateDep,
    caller: CallerDep,
    sweep_id: SweepId,
    body: JsonBody,
    slot: ExpansionSlotDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Add seeds, values, draws or variants, and train the new experiments. Existing experiments are not repeated."""
    more = parsing.read(body, SweepExtension)
    return repeatable(sweeps.extend(state.hub, caller.workspace_id, sweep_id, more, idempotency_key, slot.check), 202)
