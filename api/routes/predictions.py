"""`/v1/experiments/{id}/predict` and `…/calibration`: predict with a trained network."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Query as InQuery
from fastapi import Request, Response

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.parameters import ExperimentId, Query
from api.openapi.responses import problems
from api.routes.answering import UNANSWERED, PreferHeader, answer_to, still_open, wait_for
from api.routes.predict_bodies import ANSWER, BODY, AcceptHeader, PredictQuery, Waiting, again, answered
from api.services import calibration, predictions
from api.services.prediction_bodies import Read
from api.state import AppState, StateDep
from gradus.wire.calibration import CalibrationRecord
from gradus.wire.prediction import Epoch, Prediction, PredictRequest

router = keyed_router("predictions")


@router.post(
    "/v1/experiments/{experiment_id}/predict",
    response_model=Prediction,
    responses={**ANSWER, **UNANSWERED, **problems(404, 406, 409, 413, 415, 422)},
    openapi_extra=BODY,
)
async def predict(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    query: Annotated[PredictQuery, InQuery()],
    prefer: PreferHeader = None,
    accept: AcceptHeader = None,
) -> Response:
    """Predict with a trained network: rows in JSON; a table as CSV, TSV or JSON lines, compressed with gzip or zstd or
    not; or one picture, PNG or JPEG. The columns are those of the data set; its target, and columns that the network
    does not use, may be included. Notes mark values that the training rows did not have. For JSON, options are in the
    document. The answers to CSV and TSV are CSV in the same order, those to JSON lines are JSON, unless `Accept` asks
    for the other one.

    The first request with `calibrated` or `interval` waits until a worker has evaluated the validation split. If that
    takes too long, the response is a 202: wait at its `Location`, then send the request again."""
    asked = _Experiment(state, caller.workspace_id, experiment_id)
    found = await answered(request, state, query, asked, accept)
    if isinstance(found, Waiting) and found.content is not None:
        await wait_for(request, state, caller, found.question_id, prefer)
        found = await again(request, state, query, asked, accept, found.content)
    if not isinstance(found, Waiting):
        return found
    return await still_open(state, caller, found.question_id, found.location)


class CalibrationQuery(Query):
    """Query parameters of `GET /v1/experiments/{id}/calibration`."""

    epoch: Epoch = "best"
    """The weights: `best`, `last`, or the number of an epoch whose checkpoint was kept."""


@router.get(
    "/v1/experiments/{experiment_id}/calibration",
    response_model=CalibrationRecord,
    responses={**UNANSWERED, **problems(404, 409, 413)},
)
async def get_calibration(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    query: Annotated[CalibrationQuery, InQuery()],
    prefer: PreferHeader = None,
) -> Response:
    """The calibration for `calibrated` and `interval`, fitted to the validation split: the temperature of a
    classification, or half the width of a regression's split-conformal intervals, by level."""
    ask = partial(calibration.ask, state.hub, caller.workspace_id, experiment_id, query.epoch)
    return await answer_to(request, state, caller, ask, prefer)


@dataclass(frozen=True)
class _Experiment:
    """Predicts with the network of an experiment."""

    state: AppState
    workspace_id: str
    experiment_id: str

    def answer(self, read: Read, request: PredictRequest) -> Prediction:
        hub, models = self.state.hub, self.state.models
        return predictions.predict(hub, models, self.workspace_id, self.experiment_id, request, read)

    def csv(self, read: Read, request: PredictRequest) -> Iterator[bytes]:
        hub, models = self.state.hub, self.state.models
        return predictions.predict_csv(hub, models, self.workspace_id, self.experiment_id, request, read)
