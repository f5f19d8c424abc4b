"""`/v1/sweeps/{id}/predict`: predict with the networks of a change, which differ by their seed, as an ensemble."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query as InQuery
from fastapi import Request, Response
from pydantic import Field

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.parameters import SweepId
from api.openapi.responses import problems
from api.routes.predict_bodies import ANSWER, BODY, AcceptHeader, PredictQuery, answered
from api.services import ensembles
from api.services.prediction_bodies import Read
from api.state import AppState, StateDep
from gradus.wire.prediction import EnsemblePrediction, PredictRequest

router = keyed_router("predictions")


class EnsembleQuery(PredictQuery):
    """Query parameters of `POST /v1/sweeps/{id}/predict`; all but `label` are for bodies that are not JSON."""

    label: Annotated[str, Field(max_length=1000)] | None = None
    """The change whose networks predict; by default the best change."""


@router.post(
    "/v1/sweeps/{sweep_id}/predict",
    response_model=EnsemblePrediction,
    responses={**ANSWER, **problems(404, 406, 409, 413, 415, 422)},
    openapi_extra=BODY,
)
async def predict_with_sweep(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    sweep_id: SweepId,
    query: Annotated[EnsembleQuery, InQuery()],
    accept: AcceptHeader = None,
) -> Response:
    """Predict with the networks of a change, one for each seed, as an ensemble: the mean of their probabilities or
    targets, and their `spread`, the sample standard deviation. Experiments that have not succeeded are listed as
    `absent`. Bodies and options are those of an experiment's `predict`, without `calibrated` and `interval`."""
    asked = _Ensemble(state, caller.workspace_id, sweep_id, query.label)
    found = await answered(request, state, query, asked, accept)
    assert isinstance(found, Response), "only calibration waits"
    return found


@dataclass(frozen=True)
class _Ensemble:
    """Predicts with the networks of a change."""

    state: AppState
    workspace_id: str
    sweep_id: str
    label: str | None

    def answer(self, read: Read, request: PredictRequest) -> EnsemblePrediction:
        return ensembles.predict(
            self.state.hub, self.state.models, self.workspace_id, self.sweep_id, self.label, request, read
        )

    def csv(self, read: Read, request: PredictRequest) -> Iterator[bytes]:
        return ensembles.predict_csv(
            self.state.hub, self.state.models, self.workspace_id, self.sweep_id, self.label, request, read
        )
