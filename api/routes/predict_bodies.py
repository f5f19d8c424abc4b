"""The bodies of requests for predictions, to an experiment or to a sweep: JSON, CSV, or a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from anyio.to_thread import run_sync
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from api.http import parsing
from api.http.bytes_body import BodyThreads, with_bytes
from api.http.parameters import Query
from api.http.responses import JSON, answer
from api.http.spreadsheets import guarded_lines
from api.limits import BODY_BYTES, PREDICT_BYTES
from api.services.calibration import Unanswered
from api.state import AppState
from gradus.errors import UnsupportedMedia
from gradus.wire.message import Message
from gradus.wire.prediction import Epoch, Level, PredictRequest, Top
from gradus.wire.problem import Mistake

CSV, PNG, JPEG = "text/csv", "image/png", "image/jpeg"
_TYPES = JSON, CSV, PNG, JPEG
_LIMIT = "the limit for predictions"
_EXAMPLES = {
    "rows": {"value": {"rows": [{"age": 41, "city": "Chur", "balance": None}], "top": 2}},
    "columns and data": {"value": {"columns": ["age", "city"], "data": [[41, "Chur"], [30, None]], "epoch": "last"}},
    "pictures": {"value": {"rows": [{"image": "iVBORw0KGgo…"}]}},
}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/PredictRequest"}, "examples": _EXAMPLES},
            CSV: {"schema": {"type": "string"}},
            PNG: {"schema": {}},
            JPEG: {"schema": {}},
        },
    }
}
"""The body in the OpenAPI document."""
ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
"""The answer that is not JSON in the OpenAPI document."""


class PredictQuery(Query):
    """Query parameters of a request for predictions whose body is not JSON."""

    epoch: Epoch = "best"
    """The weights to use: `best`, `last`, or the number of an epoch whose checkpoint was kept."""
    top: Top | None = None
    """Number of probabilities in each answer, the largest first; in CSV, the columns `top_1`, `top_1_probability`,
    `top_2` … instead of one for each class."""
    probabilities: bool = True
    """Whether the answers have probabilities."""
    absent: Literal["refuse", "missing"] = "refuse"
    """What happens if a column is absent: the request is refused, or all of its values are missing."""
    calibrated: bool = False
    """Whether probabilities are calibrated by the validation split."""
    interval: Level | None = None
    """For regression: answer with intervals that hold the truth with this probability."""
    spreadsheet: bool = False
    """In CSV: put `'` before text that a spreadsheet would treat as a formula."""

    def request(self) -> PredictRequest:
        """The options in the form of a JSON request."""
        options = {name: value for name, value in self if name in PredictRequest.model_fields}
        return PredictRequest.model_construct(**options)


class Asked(Protocol):
    """What predicts: the network of an experiment, or the ensemble of a sweep's change."""

    def rows(self, request: PredictRequest) -> Message:
        """The answer to rows in JSON."""

    def csv(self, content: bytes, request: PredictRequest) -> Iterator[bytes]:
        """The answer to CSV."""

    def picture(self, content: bytes, request: PredictRequest) -> Message:
        """The answer to a picture."""


@dataclass(frozen=True)
class Waiting:
    """The request needs the answer to a question first."""

    question_id: str
    location: str
    """The path at which the question's answer will be."""
    content: bytes | None
    """The request's body; None if it is too large to keep in memory during the wait."""


async def answered(request: Request, state: AppState, query: PredictQuery, asked: Asked) -> Response | Waiting:
    """The response to a request, or the question whose answer it needs first.

    Raises:
        UnsupportedMedia: the body is not JSON, CSV, PNG or JPEG.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _TYPES:
        raise UnsupportedMedia(f"send {', '.join(_TYPES)}, not '{media_type[:100]}'")
    return await with_bytes(
        request,
        PREDICT_BYTES,
        _LIMIT,
        state.hub.settings.data_dir / "incoming",
        BodyThreads(state.predictions, state.large_reads),
        lambda content: _tried(media_type, content, query, asked),
    )


async def again(request: Request, state: AppState, query: PredictQuery, asked: Asked, content: bytes) -> Any:
    """The response to the same body, once the answer that it needs is there."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return await run_sync(lambda: _tried(media_type, content, query, asked), limiter=state.predictions)


def _tried(media_type: str, content: bytes, query: PredictQuery, asked: Asked) -> Response | Waiting:
    try:
        return _response(media_type, content, query, asked)
    except Unanswered as unanswered:
        return Waiting(unanswered.question_id, unanswered.location, content if len(content) <= BODY_BYTES else None)


def _response(media_type: str, content: bytes, query: PredictQuery, asked: Asked) -> Response:
    if media_type == JSON:
        options = query.model_fields_set & set(PredictRequest.model_fields)
        if options:
            message = "for a body in JSON, this option belongs in the document"
            raise parsing.invalid(Mistake(path=min(options), message=message))
        return answer(asked.rows(parsing.read_large(content, PredictRequest)))
    if media_type == CSV:
        pieces = asked.csv(content, query.request())
        if query.spreadsheet:
            pieces = map(guarded_lines, pieces)
        return StreamingResponse(pieces, media_type=CSV, headers={"Content-Disposition": "attachment"})
    return answer(asked.picture(content, query.request()))
