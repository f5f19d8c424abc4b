"""`/v1/experiments/{id}/…`: cancel, pause, resume, extend, fork, and the checkpoints that these go on from."""

from typing import Any

from fastapi import APIRouter, Response

from api.auth.dependencies import CallerDep
from api.http import etags, parsing
from api.http.parameters import ExperimentId, IdempotencyKey
from api.http.request_body import JsonBody
from api.http.responses import answer, repeatable
from api.openapi.responses import GUARDED, REPLAYED, WITH_EXPERIMENT, body_of, header, problems
from api.services import control as service
from api.services.experiments import Seen
from api.state import StateDep
from gradus.wire.checkpoint import CheckpointPage
from gradus.wire.control import ExtendRequest, ForkRequest
from gradus.wire.experiment import ExperimentRecord
from hub.jobs import control

router = APIRouter(tags=["experiments"], responses=GUARDED)

_ETAG = {"ETag": header("The version of the experiment.")}
_ONE: dict[str, Any] = {"response_model": ExperimentRecord, "response_description": "The experiment."}
_LONGER = {"ten more epochs": {"value": {"epochs": 10}}}
_CHANGES = {
    "another learning rate from epoch 5": {"value": {"changes": {"optimizer": {"lr": 0.0001}}, "from_epoch": 5}},
    "with dropout from the start": {"value": {"changes": {"dropout": 0.5}}},
}


def _accepted(seen: Seen) -> Response:
    return answer(seen.record, 202, {"ETag": etags.etag_of(seen.version, seen.record)})


@router.post(
    "/v1/experiments/{experiment_id}/cancel",
    status_code=202,
    **_ONE,
    responses={202: {"headers": _ETAG}, **problems(404, 409)},
)
def cancel_experiment(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """End it. A running one ends within a second; asking twice is harmless."""
    return _accepted(service.ask(state.hub, caller.workspace_id, experiment_id, control.cancel))


@router.post(
    "/v1/experiments/{experiment_id}/pause",
    status_code=202,
    **_ONE,
    responses={202: {"headers": _ETAG}, **problems(404, 409)},
)
def pause_experiment(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """Stop it at a checkpoint, also in the middle of an epoch, within a second; asking twice is harmless."""
    return _accepted(service.ask(state.hub, caller.workspace_id, experiment_id, control.pause))


@router.post(
    "/v1/experiments/{experiment_id}/resume",
    status_code=202,
    **_ONE,
    responses={202: {"headers": _ETAG}, **problems(404, 409)},
)
def resume_experiment(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """Let a paused one go on: its numbers are those of a run that was never paused. Asking twice is harmless."""
    return _accepted(service.resume(state.hub, caller.workspace_id, experiment_id))


@router.post(
    "/v1/experiments/{experiment_id}/extend",
    status_code=202,
    **_ONE,
    responses={202: {"headers": {**_ETAG, **REPLAYED}}, **problems(404, 409, 413, 415, 422)},
    openapi_extra=body_of("ExtendRequest", _LONGER),
)
def extend_experiment(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    body: JsonBody,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Train n epochs more: than it has done, if it is over; than it was to do, if it is not.

    Asking twice adds twice, unless the second is a repeat under one `Idempotency-Key`. A schedule then has the new
    number of epochs as its whole. One that has diverged or has had its `max_seconds` cannot go on: fork it.
    """
    more = parsing.read(body, ExtendRequest)
    made = service.extend(state.hub, caller.workspace_id, experiment_id, more, idempotency_key)
    return repeatable(made, 202)


@router.post(
    "/v1/experiments/{experiment_id}/fork",
    status_code=201,
    response_model=ExperimentRecord,
    response_description="The new experiment.",
    responses={
        201: {
            "headers": {**_ETAG, "Location": header("Where it is from now on."), **REPLAYED},
            "links": WITH_EXPERIMENT,
        },
        **problems(404, 409, 413, 415, 422),
    },
    openapi_extra=body_of("ForkRequest", _CHANGES),
)
def fork_experiment(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    body: JsonBody,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """A new experiment with changes, from the start or from the checkpoint of an epoch.

    From a checkpoint it takes weights, running statistics and, if its optimizer is of the same kind, what that
    remembers (Adam and AdamW remember the same); its metrics begin with the epoch after. What is the best epoch and
    how long early stopping has waited is judged anew.
    """
    request = parsing.read(body, ForkRequest)
    made = service.fork(state.hub, caller.workspace_id, experiment_id, request, idempotency_key)
    return repeatable(made, 201, f"/v1/experiments/{made.id}")


@router.get("/v1/experiments/{experiment_id}/checkpoints", response_model=CheckpointPage, responses=problems(404))
def list_checkpoints(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """The checkpoints that are kept, newest first: the best, the last, and what the spec asks for."""
    return answer(service.kept(state.hub, caller.workspace_id, experiment_id))
