"""`/v1/experiments/{id}/layers`: the statistics of a network's layers while it trained."""

from typing import Annotated

from fastapi import Path, Response
from fastapi import Query as InQuery
from pydantic import Field

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.parameters import After, ExperimentId, Query
from api.http.responses import NO_STORE, answer
from api.limits import LARGEST
from api.openapi.responses import problems
from api.services import layers
from api.state import StateDep
from gradus.wire.layer_report import HistogramHistory, LayerReports

router = keyed_router("metrics and events")

EpochNumber = Annotated[int, Field(ge=1, le=LARGEST)]
MaxPoints = Annotated[int, Field(ge=2, le=1000)]


class LayersQuery(Query):
    """Query parameters of `GET /v1/experiments/{id}/layers`."""

    after: After = 0
    """Only epochs after this one."""
    epoch: EpochNumber | None = None
    """Only this epoch."""
    max_points: MaxPoints = 1000
    """At most this many epochs, evenly spaced, the first and the last among them."""


@router.get("/v1/experiments/{experiment_id}/layers", response_model=LayerReports, responses=problems(404))
def get_layers(
    state: StateDep, caller: CallerDep, experiment_id: ExperimentId, query: Annotated[LayersQuery, InQuery()]
) -> Response:
    """What each epoch did to the layers: norms of weights, gradients and updates, signal share, flat and dead
    activations; and for the whole network ρ, F, the paired t of the validation examples and the noise scale.

    Empty if the spec has `{"statistics": "off"}`. A run with short epochs has the statistics of only some epochs.
    """
    arguments = (state.hub, caller.workspace_id, experiment_id, query.after, query.epoch, query.max_points)
    return answer(layers.of_experiment(*arguments), headers=NO_STORE)


class HistogramsQuery(Query):
    """Query parameters of `GET /v1/experiments/{id}/layers/{name}/histograms`."""

    epoch: EpochNumber | None = None
    """Only this epoch."""
    max_points: MaxPoints = 100
    """At most this many epochs, evenly spaced, the first and the last among them."""


@router.get(
    "/v1/experiments/{experiment_id}/layers/{name:path}/histograms",
    response_model=HistogramHistory,
    responses=problems(404, 409),
)
def get_histograms(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    name: Annotated[str, Path(description="The layer's path in the spec, or `output`.", examples=["layers/0"])],
    query: Annotated[HistogramsQuery, InQuery()],
) -> Response:
    """Histograms of a layer's weights, activations and gradients over the epochs. A 409 unless the spec has
    `{"statistics": "full"}`."""
    arguments = (state.hub, caller.workspace_id, experiment_id, name, query.epoch, query.max_points)
    return answer(layers.histograms(*arguments), headers=NO_STORE)
