"""`/v1/experiments/{id}/predict`: ask a trained network."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi import Query as InQuery
from fastapi.responses import StreamingResponse

from api.auth.dependencies import CallerDep
from api.http import parsing
from api.http.bytes_body import BodyThreads, with_bytes
from api.http.parameters import ExperimentId, Query
from api.http.responses import JSON, answer
from api.limits import PREDICT_BYTES
from api.openapi.responses import GUARDED, problems
from api.services import predictions
from api.state import AppState, StateDep
from gradus.errors import UnsupportedMedia
from gradus.wire.prediction import Epoch, Prediction, PredictRequest, Top
from gradus.wire.problem import Mistake
from hub.access.keys import Caller

router = APIRouter(tags=["predictions"], responses=GUARDED)

CSV, PNG, JPEG = "text/csv", "image/png", "image/jpeg"
_LIMIT = "the limit for predictions"
_EXAMPLES = {
    "rows": {"value": {"rows": [{"age": 41, "city": "Chur", "balance": None}], "top": 2}},
    "columns and data": {"value": {"columns": ["age", "city"], "data": [[41, "Chur"], [30, None]], "epoch": "last"}},
    "pictures": {"value": {"rows": [{"image": "iVBORw0KGgo…"}]}},
}


class PredictQuery(Query):
    """Query parameters of a prediction whose body is no JSON document."""

    epoch: Epoch = "best"
    """The weights to use: `best`, `last`, or the number of an epoch whose checkpoint was kept."""
    top: Top | None = None
    """Only so many probabilities in each answer, the largest first."""
    probabilities: bool = True
    """Whether the answers have probabilities."""
    absent: Literal["refuse", "missing"] = "refuse"
    """What happens if a column is absent: the request is refused, or all of its values are missing."""

    def request(self) -> PredictRequest:
        """The options as in a request in JSON."""
        return PredictRequest.model_construct(**dict(self))


@router.post(
    "/v1/experiments/{experiment_id}/predict",
    response_model=Prediction,
    responses={
        200: {"content": {CSV: {"schema": {"type": "string"}}}},
        **problems(404, 409, 413, 415, 422),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                JSON: {"schema": {"$ref": "#/components/schemas/PredictRequest"}, "examples": _EXAMPLES},
                CSV: {"schema": {"type": "string"}},
                PNG: {"schema": {}},
                JPEG: {"schema": {}},
            },
        }
    },
)
async def predict(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    query: Annotated[PredictQuery, InQuery()],
) -> Response:
    """Ask a trained network about rows: in JSON; in CSV, which is answered in CSV in the same order; or about one
    picture, PNG or JPEG. The columns are those of the data set; its target, and columns that the network does not see,
    may stand in the request. Notes say where a row has what the training rows had not. For JSON, options are in the
    document."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    use = _USES.get(media_type)
    if use is None:
        raise UnsupportedMedia(f"send {', '.join(_USES)}, not '{media_type[:100]}'")
    return await with_bytes(
        request,
        PREDICT_BYTES,
        _LIMIT,
        state.hub.settings.data_dir / "incoming",
        BodyThreads(state.predictions, state.large_reads),
        lambda content: use(state, caller, experiment_id, query, content),
    )


def _json(state: AppState, caller: Caller, experiment_id: str, query: PredictQuery, content: bytes) -> Response:
    if query.model_fields_set:
        name = min(query.model_fields_set)
        raise parsing.invalid(Mistake(path=name, message="for a body in JSON, this option belongs in the document"))
    asked = parsing.read_large(content, PredictRequest)
    return answer(predictions.predict(state.hub, state.models, caller.workspace_id, experiment_id, asked))


def _csv(state: AppState, caller: Caller, experiment_id: str, query: PredictQuery, content: bytes) -> Response:
    pieces = predictions.predict_csv(
        state.hub, state.models, caller.workspace_id, experiment_id, content, query.request()
    )
    return StreamingResponse(pieces, media_type=CSV, headers={"Content-Disposition": "attachment"})


def _picture(state: AppState, caller: Caller, experiment_id: str, query: PredictQuery, content: bytes) -> Response:
    hub, models, asked = state.hub, state.models, query.request()
    return answer(predictions.predict_picture(hub, models, caller.workspace_id, experiment_id, content, asked))


_Use = Callable[[AppState, Caller, str, PredictQuery, bytes], Response]
_USES: dict[str, _Use] = {
    JSON: _json,
    CSV: _csv,
    PNG: _picture,
    JPEG: _picture,
}
"""What answers a body of each type."""
