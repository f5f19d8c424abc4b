"""The two encodings of a stream: server-sent events and newline-delimited JSON."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Encoding:
    """The encoding of a stream."""

    media_type: str
    encode: Callable[[int, str, str], bytes]
    """Encodes one event, given its number in the stream, its kind and its JSON object."""
    heartbeat: bytes
    """Bytes without meaning that keep proxies from closing an idle connection."""
    comment: Callable[[str], bytes]
    """Encodes a remark for people who read the raw stream; clients skip it."""


def _event(number: int, kind: str, envelope: str) -> bytes:
    return f"id: {number}\nevent: {kind}\ndata: {envelope}\n\n".encode()


def _line(number: int, kind: str, envelope: str) -> bytes:  # noqa: ARG001 (the object contains both)
    return f"{envelope}\n".encode()


SSE = Encoding("text/event-stream", _event, b": still here\n\n", lambda text: f": {text}\n\n".encode())
NDJSON = Encoding("application/x-ndjson", _line, b" ", lambda _: b"")
"""The heartbeat is a space. A space before the next JSON object is valid JSON, so line readers never see it."""

ENCODINGS = {encoding.media_type: encoding for encoding in (SSE, NDJSON)}
