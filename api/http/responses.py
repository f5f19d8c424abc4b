"""Responses: wire types as JSON. FastAPI's own rendering would write bare NaN, which is not JSON."""

from collections.abc import Mapping

from fastapi import Response

from api.http.etags import etag_of
from api.services.idempotency import Outcome
from gradus.wire.message import Message

JSON = "application/json"
NO_STORE = {"Cache-Control": "no-store"}


def answer(message: Message, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The message as the response's body."""
    return Response(message.model_dump_json(), status, headers, JSON)


def repeatable(outcome: Outcome, status: int, location: str | None = None) -> Response:
    """The response to an idempotent request; `location` is the path of the resource that the request created."""
    return Response(outcome.answer, status, headers_of(outcome, location), JSON)


def headers_of(outcome: Outcome, location: str | None = None) -> dict[str, str]:
    """The headers of the response to an idempotent request: `Location`, `ETag`, `Idempotency-Replayed`."""
    headers = {} if location is None else {"Location": location}
    if outcome.version is not None and outcome.seen is not None:
        headers["ETag"] = etag_of(outcome.version, outcome.seen)
    if outcome.replayed:
        headers["Idempotency-Replayed"] = "true"
    return headers
