"""`/v1/experiments/{id}/evaluation`: how good a trained network is."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi import Query as InQuery
from pydantic import Field

from api.auth.dependencies import CallerDep
from api.http.parameters import ExperimentId, Query, Text
from api.openapi.responses import GUARDED, problems
from api.routes.answering import UNANSWERED, PreferHeader, answer_to
from api.services import evaluation
from api.state import StateDep
from gradus.facts import Part
from gradus.spec.experiment import MAX_EPOCHS
from gradus.wire.evaluation import EvaluationReport

router = APIRouter(tags=["metrics and events"], responses=GUARDED)

EpochNumber = Annotated[int, Field(ge=1, le=MAX_EPOCHS)]


class EvaluationQuery(Query):
    """Query parameters of `GET /v1/experiments/{id}/evaluation`."""

    split: Part = "test"
    """The examples on which the network is evaluated."""
    epoch: EpochNumber | Literal["best", "last"] = "best"
    """The end of which epoch: the best, the last, or the number of one whose checkpoint is kept."""
    by: Text | None = None
    """A column of an uploaded data set: the metrics of the rows with each of its values, too."""
    miss_cost: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    """With two classes: how many false alarms a missed example of the second class costs, for the threshold of least
    cost."""


@router.get(
    "/v1/experiments/{experiment_id}/evaluation",
    response_model=EvaluationReport,
    responses={**UNANSWERED, **problems(404, 409, 413)},
)
async def get_evaluation(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    query: Annotated[EvaluationQuery, InQuery()],
    prefer: PreferHeader = None,
) -> Response:
    """How good a trained network is on a split: every metric with its 95 % interval and its value for a prediction
    that knows nothing, per class, confusion, curves, calibration, thresholds, prediction sets, residuals, groups.

    Temperature, thresholds and prediction sets are chosen on the validation split alone.
    """
    arguments = (state.hub, caller.workspace_id, experiment_id, query.epoch, query.split, query.by, query.miss_cost)
    path = f"{request.url.path}?{request.url.query}".removesuffix("?")
    return await answer_to(request, state, caller, partial(evaluation.ask, *arguments), lambda _: path, prefer)
