"""What the streams of experiments, data sets and workspaces share: parameters, and responses that stream a log."""

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.http.parameters import After, Query
from api.http.responses import NO_STORE
from api.openapi.responses import Responses
from api.state import AppState
from api.streaming.encodings import Encoding
from api.streaming.open_requests import OpenResponse, owner_of
from api.streaming.sources import EventSource
from hub.access.keys import Caller

_HEADERS = {**NO_STORE, "X-Accel-Buffering": "no"}
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


class EventsQuery(Query):
    """Query parameters of the streams."""

    after: After | None = None
    """Only events with greater ids. The header `Last-Event-ID` means the same and takes precedence."""


class LogQuery(Query):
    """Query parameters of the log."""

    after: After = 0
    """Only lines with greater ids."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Maximum number of lines."""


LastEventId = Annotated[
    str | None,
    Header(description="The id of the last event that the client received. A value that is not a number is ignored."),
]
Accept = Annotated[list[str] | None, Header(description="`text/event-stream` or `application/x-ndjson`.")]


def stream_of(envelope: str, kind: str) -> Responses:
    """The documentation of a stream, with this envelope of an event of this kind as the example."""
    examples = {
        "text/event-stream": f"id: 2\nevent: {kind}\ndata: {envelope}\n\n",
        "application/x-ndjson": f"{envelope}\n",
    }
    content = {media: {"schema": {"type": "string"}, "example": text} for media, text in examples.items()}
    return {
        200: {
            "description": "Events as they happen, and every 15 s a comment (SSE) or a space (NDJSON).",
            "content": content,
        }
    }


def last_received(last_event_id: str | None, after: int | None) -> int | None:
    """The last event that the client received. A header that is not a number comes from another service: ignore it."""
    text = (last_event_id or "").strip()
    return int(text) if _NUMBER.fullmatch(text) else after


def stream(
    request: Request, state: AppState, caller: Caller, log: EventSource, after: int, encoding: Encoding
) -> Response:
    """The stream of a log's events after this id, as long as the caller's key or session is valid."""
    place = state.open_requests.place(owner_of(request, caller))
    content = state.streams.chunks(
        log, after, encoding, partial(state.short_reads.ask, state.authenticator.still_valid, caller)
    )
    return OpenResponse(place, content, headers=_HEADERS, media_type=encoding.media_type)


def nothing_more(encoding: Encoding, why: str) -> Response:
    """The stream for a client that has all events of a log that has ended."""

    async def comment() -> AsyncIterator[bytes]:
        yield encoding.comment(why)

    return StreamingResponse(comment(), headers=_HEADERS, media_type=encoding.media_type)
