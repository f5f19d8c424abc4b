"""Answers: wire types as JSON. FastAPI's own rendering would leave NaN bare, which is not JSON."""

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


def repeatable(outcome: Outcome, status: int, place: str | None = None) -> Response:
    """The answer to a request that may be repeated; `place` is where what it made is from now on."""
    return Response(outcome.answer, status, headers_of(outcome, place), JSON)


def headers_of(outcome: Outcome, place: str | None = None) -> dict[str, str]:
    """What the headers say of it."""
    headers = {} if place is None else {"Location": place}
    if outcome.version is not None and outcome.seen is not None:
        headers["ETag"] = etag_of(outcome.version, outcome.seen)
    if outcome.replayed:
        headers["Idempotency-Replayed"] = "true"
    return headers
