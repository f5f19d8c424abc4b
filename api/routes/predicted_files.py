"""`/v1/experiments/{id}/predictions`: predict a whole data set with a trained network, as a job that writes a file."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path, Request, Response
from fastapi.responses import StreamingResponse

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.parameters import ExperimentId
from api.http.request_body import JsonBody
from api.http.responses import NO_STORE, answer
from api.openapi.responses import body_of, problems
from api.routes.answering import UNANSWERED, PreferHeader, answer_to, still_open, wait_for
from api.services import predicted_files
from api.services.calibration import Unanswered
from api.state import AppState, StateDep
from gradus.wire.predicted_file import PredictedFile, PredictionsRequest
from hub.access.keys import Caller
from hub.questions.questions import Outcome

router = keyed_router("predictions")

MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_EXAMPLES = {
    "all rows of a data set": {"value": {"dataset": "churn", "format": "parquet"}},
    "all rows of an upload": {"value": {"upload": "upl_01m8…", "format": "csv"}},
    "with calibrated probabilities of two classes": {"value": {"dataset": "churn", "top": 2, "calibrated": True}},
}
_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
PredictionsId = Annotated[str, Path(description="The id of the predictions, `prd_…`.")]


@router.post(
    "/v1/experiments/{experiment_id}/predictions",
    response_model=PredictedFile,
    responses={**UNANSWERED, **problems(404, 409, 413, 415, 422)},
    openapi_extra=body_of("PredictionsRequest", _EXAMPLES),
)
async def predict_dataset(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    body: JsonBody,
    prefer: PreferHeader = None,
) -> Response:
    """Predict all rows of an uploaded data set, or of an upload without a data set, with a trained network. A worker
    writes the predictions to a file, in the order of the rows. A repeated request gets the same file at once. The file
    is deleted after a week.

    The first request with `calibrated` or `interval` waits until a worker has evaluated the validation split. If that
    takes too long, the response is a 202: wait at its `Location`, then send the request again."""
    wanted = parsing.read(body, PredictionsRequest)
    ask = partial(predicted_files.ask, state.hub, caller.workspace_id, experiment_id, wanted)
    try:
        return await _answer(request, state, caller, experiment_id, ask, prefer)
    except Unanswered as unanswered:
        await wait_for(request, state, caller, unanswered.question_id, prefer)
    try:
        return await _answer(request, state, caller, experiment_id, ask, prefer)
    except Unanswered as unanswered:
        return await still_open(state, caller, unanswered.question_id, unanswered.location)


@router.get(
    "/v1/experiments/{experiment_id}/predictions/{predictions_id}",
    response_model=PredictedFile,
    responses={**UNANSWERED, **problems(404, 409, 413, 422)},
)
async def get_predictions(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    predictions_id: PredictionsId,
    prefer: PreferHeader = None,
) -> Response:
    """Whether the predictions of a data set have been written, and where the file is."""
    ask = partial(predicted_files.check, state.hub, caller.workspace_id, experiment_id, predictions_id)
    return await _answer(request, state, caller, experiment_id, ask, prefer)


@router.get(
    "/v1/experiments/{experiment_id}/predictions/{predictions_id}/file",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The file.", "content": dict.fromkeys(MEDIA_TYPES.values(), _FILE)},
        **problems(404, 409, 413, 422),
    },
)
def get_predictions_file(
    state: StateDep, caller: CallerDep, experiment_id: ExperimentId, predictions_id: PredictionsId
) -> Response:
    """The predictions of a data set, as CSV or Parquet."""
    found = predicted_files.download(state.hub, caller.workspace_id, experiment_id, predictions_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Length": str(found.size),
    }
    return StreamingResponse(found.pieces, headers=headers, media_type=MEDIA_TYPES[found.format])


async def _answer(
    request: Request,
    state: AppState,
    caller: Caller,
    experiment_id: str,
    ask: Callable[[], str],
    prefer: list[str] | None,
) -> Response:
    def use(found: Outcome) -> Response:
        record = predicted_files.record(state.hub, caller.workspace_id, experiment_id, found)
        return answer(record, headers=NO_STORE)

    location = partial(predicted_files.path_of, experiment_id)
    return await answer_to(request, state, caller, ask, prefer, location=location, use=use)
