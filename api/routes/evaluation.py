"""`/v1/experiments/{id}/evaluation` and `…/errors`: how good a trained network is, and where it is wrong."""

from functools import partial
from typing import Annotated

from fastapi import Query as InQuery
from fastapi import Request, Response
from pydantic import Field

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.parameters import After, ExperimentId, Query, Text
from api.http.responses import NO_STORE, answer
from api.openapi.responses import problems
from api.routes.answering import UNANSWERED, PreferHeader, answer_to
from api.services import error_rows, evaluation
from api.state import StateDep
from gradus.facts import Part
from gradus.wire.error_rows import ErrorPage
from gradus.wire.evaluation import EvaluationReport
from gradus.wire.prediction import Epoch
from hub.questions.questions import Outcome

router = keyed_router("metrics and events")

ClassName = Annotated[str, Field(max_length=1000)]


class EvaluationQuery(Query):
    """Query parameters of `GET /v1/experiments/{id}/evaluation`."""

    split: Part = "test"
    """The examples on which the network is evaluated."""
    epoch: Epoch = "best"
    """The weights: `best`, `last`, or the number of an epoch whose checkpoint was kept."""
    by: Text | None = None
    """A column of an uploaded data set: also compute the metrics for the rows with each of its values."""
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
    """How good a trained network is on a split: every metric with its 95 % interval and its baseline, the value of a
    prediction without inputs; metrics per class, confusion, curves, calibration, thresholds, prediction sets,
    residuals, groups.

    Temperature, thresholds and prediction sets are chosen on the validation split alone.
    """
    arguments = (state.hub, caller.workspace_id, experiment_id, query.epoch, query.split, query.by, query.miss_cost)
    return await answer_to(request, state, caller, partial(evaluation.ask, *arguments), prefer)


class ErrorsQuery(Query):
    """Query parameters of `GET /v1/experiments/{id}/errors`."""

    given: ClassName | None = None
    """The true class: a row of the confusion matrix."""
    predicted: ClassName | None = None
    """The predicted class: a column of the confusion matrix."""
    split: Part = "test"
    """The split that the examples belong to."""
    epoch: Epoch = "best"
    """The weights, as in an evaluation."""
    offset: After = 0
    """Number of examples to skip."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Number of examples in the answer."""


@router.get(
    "/v1/experiments/{experiment_id}/errors",
    response_model=ErrorPage,
    responses={**UNANSWERED, **problems(404, 409, 413)},
)
async def get_errors(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    query: Annotated[ErrorsQuery, InQuery()],
    prefer: PreferHeader = None,
) -> Response:
    """The examples in a cell of the confusion matrix, the most confident predictions first: their values and pictures.
    Without `given` and `predicted`, all errors; with both equal, the correctly predicted examples."""
    cell = error_rows.Cell(**dict(query))
    arguments = (state.hub, caller.workspace_id, experiment_id)

    def use(found: Outcome) -> Response:
        return answer(error_rows.page(*arguments, found, cell), headers=NO_STORE)

    ask = partial(evaluation.ask_outcomes, *arguments, query.epoch, query.split)
    return await answer_to(request, state, caller, ask, prefer, use=use)
