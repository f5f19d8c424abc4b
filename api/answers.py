"""Answers: wire types as JSON. FastAPI's own rendering would leave NaN bare, which is not JSON."""

from collections.abc import Mapping

from fastapi import Response

from gradus.wire.message import Message

JSON = "application/json"
NO_STORE = {"Cache-Control": "no-store"}


def answer(message: Message, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The message as the response's body."""
    return Response(message.model_dump_json(), status, headers, JSON)
