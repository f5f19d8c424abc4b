"""`/v1/experiments/{id}/…`: cancel, pause, resume, extend, fork, and list checkpoints."""

from typing import Any

from fastapi import Response

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import etags, parsing
from api.http.parameters import ExperimentId, IdempotencyKey
from api.http.request_body import JsonBody, OptionalJsonBody
from api.http.responses import answer, repeatable
from api.openapi.responses import REPLAYED, WITH_EXPERIMENT, body_of, header, problems
from api.services import control as service
from api.services.experiments import VersionedRecord
from api.state import StateDep
from gradus.wire.checkpoint import CheckpointPage
from gradus.wire.control import ExtendRequest, ForkRequest
from gradus.wire.experiment import ExperimentRecord
from hub.jobs import control

router = keyed_router("experiments")

_ETAG = {"ETag": header("The version of the experiment.")}
_ONE: dict[str, Any] = {"response_model": ExperimentRecord, "response_description": "The experiment."}
_LONGER = {"ten more epochs": {"value": {"epochs": 10}}}
_CHANGES = {
    "another learning rate from epoch 5": {"value": {"changes": {"optimizer": {"lr": 0.0001}}, "from_epoch": 5}},
    "with dropout from the start": {"value": {"changes": {"dropout": 0.5}}},
}


def _accepted(versioned: VersionedRecord) -> Response:
    return answer(versioned.record, 202, {"ETag": etags.etag_of(versioned.version, versioned.record)})


@router.post(
    "/v1/experiments/{experiment_id}/cancel",
    status_code=202,
    **_ONE,
    responses={202: {"headers": _ETAG}, **problems(404, 409)},
)
def cancel_experiment(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """Cancel an experiment. A running experiment ends within a second. Cancelling again has no effect."""
    return _accepted(service.ask(state.hub, caller.workspace_id, experiment_id, control.cancel))


@router.post(
    "/v1/experiments/{experiment_id}/pause",
    status_code=202,
    **_ONE,
    responses={202: {"headers": _ETAG}, **problems(404, 409)},
)
def pause_experiment(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """Pause an experiment at a checkpoint, even within an epoch, in about a second. Pausing again has no effect."""
    return _accepted(service.ask(state.hub, caller.workspace_id, experiment_id, control.pause))


@router.post(
    "/v1/experiments/{experiment_id}/resume",
    status_code=202,
    **_ONE,
    responses={202: {"headers": _ETAG}, **problems(404, 409)},
)
def resume_experiment(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """Resume a paused experiment. Its results equal those of a run without a pause. Resuming again has no effect."""
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
    """Add epochs to an experiment: to the epochs done if it has ended, else to those planned.

    Each request adds epochs, except a repeat with the same `Idempotency-Key`. Schedules are computed for the new total
    number of epochs. An experiment that has diverged or reached its `max_seconds` cannot be extended: fork it.
    """
    more = parsing.read(body, ExtendRequest)
    outcome = service.extend(state.hub, caller.workspace_id, experiment_id, more, idempotency_key)
    return repeatable(outcome, 202)


@router.post(
    "/v1/experiments/{experiment_id}/fork",
    status_code=201,
    response_model=ExperimentRecord,
    response_description="The new experiment.",
    responses={
        201: {
            "headers": {**_ETAG, "Location": header("The new experiment's path."), **REPLAYED},
            "links": WITH_EXPERIMENT,
        },
        **problems(404, 409, 413, 415, 422),
    },
    openapi_extra=body_of("ForkRequest", _CHANGES, required=False),
)
def fork_experiment(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    body: OptionalJsonBody,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Create an experiment from another with changes, from the start or from the checkpoint of an epoch.

    A checkpoint provides weights, running statistics and, if the optimizer is of the same kind, its state (Adam and
    AdamW count as the same kind). The fork's metrics start with the next epoch. Its best epoch and the patience of
    early stopping are counted from there.
    """
    request = parsing.read(body, ForkRequest)
    outcome = service.fork(state.hub, caller.workspace_id, experiment_id, request, idempotency_key)
    return repeatable(outcome, 201, f"/v1/experiments/{outcome.id}")


@router.get("/v1/experiments/{experiment_id}/checkpoints", response_model=CheckpointPage, responses=problems(404))
def list_checkpoints(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """The stored checkpoints, newest first: the best, the last, and those that the spec requests."""
    return answer(service.kept(state.hub, caller.workspace_id, experiment_id))
