"""The bodies of requests for predictions, to an experiment or to a sweep: JSON, a table of text, or a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from anyio.to_thread import run_sync
from fastapi import Header, Request, Response
from fastapi.responses import StreamingResponse

from api.http import parsing
from api.http.bytes_body import BodyThreads, with_bytes
from api.http.negotiation import choose
from api.http.parameters import Query
from api.http.responses import JSON, answer
from api.http.spreadsheets import guarded_lines
from api.http.table_body import CSV, NDJSON, TABLE_TYPES, TSV, refuse_type, table_text
from api.limits import BODY_BYTES, PREDICT_BYTES
from api.services import prediction_bodies
from api.services.calibration import Unanswered
from api.services.prediction_bodies import Read
from api.state import AppState
from gradus.wire.message import Message
from gradus.wire.prediction import Epoch, Level, PredictRequest, Top
from gradus.wire.problem import Mistake

PNG, JPEG = "image/png", "image/jpeg"
_TYPES = JSON, *TABLE_TYPES, PNG, JPEG
_OTHERWISE = (
    "a worker reads other tables: upload the file, and send the upload's id to /v1/experiments/{id}/predictions"
)
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
            **{text: {"schema": {"type": "string"}} for text in (CSV, TSV, NDJSON, "application/jsonl")},
            **{binary: {"schema": {}} for binary in _TYPES if binary.endswith(("zip", "zstd", "png", "jpeg"))},
        },
    }
}
"""What the OpenAPI document says about the body."""
ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
"""What the OpenAPI document says about an answer that is not JSON."""
AcceptHeader = Annotated[
    list[str] | None, Header(description="For tables: `application/json` or `text/csv`, the form of the answer.")
]


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
    """For regression: answer with intervals that contain the true value with this probability."""
    spreadsheet: bool = False
    """In CSV: put `'` before text that a spreadsheet would treat as a formula."""

    def request(self) -> PredictRequest:
        """The options in the form of a JSON request."""
        options = {name: value for name, value in self if name in PredictRequest.model_fields}
        return PredictRequest.model_construct(**options)


class Asked(Protocol):
    """What predicts: the network of an experiment, or the ensemble of a sweep's change."""

    def answer(self, read: Read, request: PredictRequest) -> Message:
        """The answer to a body."""

    def csv(self, read: Read, request: PredictRequest) -> Iterator[bytes]:
        """The answer to a body as CSV."""


@dataclass(frozen=True)
class Waiting:
    """The request needs the answer to a question first."""

    question_id: str
    location: str
    """The path at which the question's answer will be."""
    content: bytes | None
    """The request's body; None if it is too large to keep in memory during the wait."""


async def answered(
    request: Request, state: AppState, query: PredictQuery, asked: Asked, accept: Sequence[str] | None
) -> Response | Waiting:
    """The response to a request, or the question whose answer it needs first.

    Raises:
        UnsupportedMedia: the body is neither JSON nor a table of text nor a picture.
        NotAcceptable: a table is to be answered neither as JSON nor as CSV.
    """
    body = _Body(_media_type(request), query, asked, accept or ())
    if body.media_type not in _TYPES:
        raise refuse_type(body.media_type, _TYPES, _OTHERWISE)
    return await with_bytes(
        request,
        PREDICT_BYTES,
        _LIMIT,
        state.hub.settings.data_dir / "incoming",
        BodyThreads(state.predictions, state.large_reads),
        body.tried,
    )


async def again(
    request: Request, state: AppState, query: PredictQuery, asked: Asked, accept: Sequence[str] | None, content: bytes
) -> Any:
    """The response to the same body, once the question that it waited for has its answer."""
    body = _Body(_media_type(request), query, asked, accept or ())
    threads = BodyThreads(state.predictions, state.large_reads)
    return await run_sync(body.tried, content, limiter=threads.of(content))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class _Body:
    """What is known about a body before it has arrived."""

    media_type: str
    query: PredictQuery
    asked: Asked
    accept: Sequence[str]

    def tried(self, content: bytes) -> Response | Waiting:
        """The response, or the question whose answer it needs first."""
        try:
            return self._response(content)
        except Unanswered as unanswered:
            kept = content if len(content) <= BODY_BYTES else None
            return Waiting(unanswered.question_id, unanswered.location, kept)

    def _response(self, content: bytes) -> Response:
        if self.media_type == JSON:
            return self._of_json(content)
        request = self.query.request()
        if self.media_type in TABLE_TYPES:
            return self._of_table(content, request)
        return answer(self.asked.answer(prediction_bodies.picture(content), request))

    def _of_json(self, content: bytes) -> Response:
        options = self.query.model_fields_set & set(PredictRequest.model_fields)
        if options:
            message = "for a body in JSON, this option belongs in the document"
            raise parsing.invalid(Mistake(path=min(options), message=message))
        request = parsing.read_large(content, PredictRequest)
        return answer(self.asked.answer(prediction_bodies.rows(request), request))

    def _of_table(self, content: bytes, request: PredictRequest) -> Response:
        table = table_text(self.media_type, content, PREDICT_BYTES, _OTHERWISE)
        if table.is_json_lines:
            read, offered = prediction_bodies.json_lines(table.content, request), (JSON, CSV)
        else:
            read, offered = prediction_bodies.csv(table.content, request, table.delimiter), (CSV, JSON)
        if choose(self.accept, offered) == JSON:
            return answer(self.asked.answer(read, request))
        pieces = self.asked.csv(read, request)
        if self.query.spreadsheet:
            pieces = map(guarded_lines, pieces)
        return StreamingResponse(pieces, media_type=CSV, headers={"Content-Disposition": "attachment"})
