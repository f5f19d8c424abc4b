"""The two forms of a stream: server-sent events, and lines of JSON."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Encoding:
    """How a stream is written."""

    media_type: str
    encode: Callable[[int, str, str], bytes]
    """Number in the stream, kind and JSON object of one row."""
    heartbeat: bytes
    """Keeps proxies awake and says nothing."""
    comment: Callable[[str], bytes]
    """A word to people who read the bytes; programs never see it."""


def _event(number: int, kind: str, envelope: str) -> bytes:
    return f"id: {number}\nevent: {kind}\ndata: {envelope}\n\n".encode()


def _line(number: int, kind: str, envelope: str) -> bytes:  # noqa: ARG001 (the object says both)
    return f"{envelope}\n".encode()


SSE = Encoding("text/event-stream", _event, b": still here\n\n", lambda text: f": {text}\n\n".encode())
NDJSON = Encoding("application/x-ndjson", _line, b" ", lambda _: b"")
"""A blank before the next line's object is still JSON: a reader of lines never sees the heartbeat."""

ENCODINGS = {encoding.media_type: encoding for encoding in (SSE, NDJSON)}
