"""`/v1/experiments/{id}/pictures/…` and `…/predict/history`: filters and activations of convolutions, and how answers
changed during training."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Query as InQuery
from fastapi import Response

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.parameters import ExperimentId, Query
from api.http.request_body import JsonBody
from api.http.responses import answer
from api.openapi.responses import body_of, problems
from api.services import answer_history, layer_pictures
from api.services.layer_pictures import Wanted
from api.state import AppState, StateDep
from gradus.wire.layer_pictures import (
    Activations,
    ActivationsRequest,
    Filters,
    History,
    HistoryRequest,
    LayerName,
    Limit,
    Offset,
)
from gradus.wire.message import Message
from gradus.wire.prediction import Epoch
from hub.access.keys import Caller

router = keyed_router("predictions")

PNG = "image/png"
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {PNG: {"schema": {"type": "string", "format": "binary"}}}}
}
_ACTIVATIONS = {"the first convolution": {"value": {"row": {"image": "iVBORw0KGgo…"}}}}
_HISTORY = {"one row": {"value": {"rows": [{"age": 41, "city": "Chur", "balance": None}]}}}


class FiltersQuery(Query):
    """Query parameters of filters."""

    layer: LayerName | None = None
    """A convolution, such as `layers/0`; by default the first."""
    epoch: Epoch = "best"
    """The weights: `best`, `last`, or the number of an epoch whose checkpoint was kept."""
    offset: Offset = 0
    """Number of filters to skip."""
    limit: Limit = 64
    """Maximum number of filters."""

    def wanted(self) -> Wanted:
        """The requested filters."""
        return Wanted(**dict(self))


@router.get(
    "/v1/experiments/{experiment_id}/pictures/filters", response_model=Filters, responses=problems(404, 409, 413)
)
async def get_filters(
    state: StateDep, caller: CallerDep, experiment_id: ExperimentId, query: Annotated[FiltersQuery, InQuery()]
) -> Response:
    """The weights of a convolution's filters, and which convolutions the network has."""
    find = partial(layer_pictures.filters, state.hub, caller.workspace_id, experiment_id, query.wanted())
    return await _answer(state, find)


@router.get(
    "/v1/experiments/{experiment_id}/pictures/filters.png",
    response_class=Response,
    responses={**_PICTURE, **problems(404, 409, 413)},
)
async def get_filters_png(
    state: StateDep, caller: CallerDep, experiment_id: ExperimentId, query: Annotated[FiltersQuery, InQuery()]
) -> Response:
    """A convolution's filters as a picture: in colour if they read three channels, else with a row for each filter and
    a tile for each channel. Zero is grey."""
    find = partial(layer_pictures.filters_png, state.hub, caller.workspace_id, experiment_id, query.wanted())
    return await _picture(state, find)


@router.post(
    "/v1/experiments/{experiment_id}/pictures/activations",
    response_model=Activations,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=body_of("ActivationsRequest", _ACTIVATIONS),
)
async def get_activations(state: StateDep, caller: CallerDep, experiment_id: ExperimentId, body: JsonBody) -> Response:
    """The activations of a convolution for a row, channel by channel."""
    return await _answer(state, _asked(layer_pictures.activations, state, caller, experiment_id, body))


@router.post(
    "/v1/experiments/{experiment_id}/pictures/activations.png",
    response_class=Response,
    responses={**_PICTURE, **problems(404, 409, 413, 415, 422)},
    openapi_extra=body_of("ActivationsRequest", _ACTIVATIONS),
)
async def get_activations_png(
    state: StateDep, caller: CallerDep, experiment_id: ExperimentId, body: JsonBody
) -> Response:
    """The activations of a convolution for a row, as a picture with a tile for each channel."""
    return await _picture(state, _asked(layer_pictures.activations_png, state, caller, experiment_id, body))


@router.post(
    "/v1/experiments/{experiment_id}/predict/history",
    response_model=History,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=body_of("HistoryRequest", _HISTORY),
)
async def predict_history(state: StateDep, caller: CallerDep, experiment_id: ExperimentId, body: JsonBody) -> Response:
    """How the answers to at most ten rows changed during training: the network's answers at the end of each epoch whose
    checkpoint is kept, for at most 20 epochs."""
    asked = parsing.read(body, HistoryRequest)
    find = partial(answer_history.history, state.hub, state.models, caller.workspace_id, experiment_id, asked)
    return await _answer(state, find)


def _asked(find: Callable[..., Any], state: AppState, caller: Caller, experiment_id: str, body: bytes) -> Any:
    asked = parsing.read(body, ActivationsRequest)
    return partial(find, state.hub, state.models, caller.workspace_id, experiment_id, asked)


async def _answer(state: AppState, find: Callable[[], Message]) -> Response:
    return await run_sync(lambda: answer(find()), limiter=state.pictures)


async def _picture(state: AppState, find: Callable[[], bytes]) -> Response:
    return Response(await run_sync(find, limiter=state.pictures), media_type=PNG)
