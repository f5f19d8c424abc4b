"""A service of a later version: this version's, behind an application that adds unknown keys and values to its
responses.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Message]], Send], Awaitable[None]]

ADDED = {"added_later": {"why": "nobody here knows", "how many": 1}}
"""An unknown key that is added to every object."""
WORDS: dict[str, dict[str, str]] = {
    "status": {"succeeded": "pruned", "cancelled": "expired"},
    "code": {"internal": "power_cut"},
    "task": {"classification": "segmentation"},
    "role": {"admin": "auditor"},
    "verdict": {"better": "surely better", "cannot tell": "undecided"},
    "direction": {"max": "target"},
    "activation": {"relu": "mish"},
}
"""For each key, the values of a later version that replace today's values."""
_MAPS = frozenset({"data", "families", "examples", "counts", "changes", "json_schema", "spec", "grid", "variants"})
"""Keys whose values are objects with arbitrary keys, such as names, to which nothing is added."""


def of_the_future(value: Any, key: str = "") -> Any:
    """The document as a later version would send it."""
    if isinstance(value, list):
        return [of_the_future(one, key) for one in value]
    if not isinstance(value, dict):
        return WORDS.get(key, {}).get(value, value) if isinstance(value, str) else value
    if key == "spec":
        return _spec(value) if "optimizer" in value else value
    if key == "counts":
        return {**{WORDS["status"].get(status, status): count for status, count in value.items()}, "expired": 2}
    found = {name: of_the_future(one, _key(name)) for name, one in value.items()}
    return found if _is_map(key, value) else {**found, **ADDED}


def _key(name: str) -> str:
    return {"statuses": "status", "tasks": "task"}.get(name, name)


def _is_map(key: str, value: dict[str, Any]) -> bool:
    """Whether the keys of the object are arbitrary. `data` is an exception if it contains an event or a page's row."""
    return key in _MAPS and not {"id", "epoch", "level"} & value.keys()


def _spec(spec: dict[str, Any]) -> dict[str, Any]:
    layers = [{"kind": "attention", "heads": 4}, *spec["layers"][1:]]
    optimizer = {"kind": "lion", "lr": 0.003, "beta3": 0.5}
    return {**spec, "dataset": {"name": "moons", "noise": 0.1}, "layers": layers, "optimizer": optimizer, "mixup": 0.2}


def of_the_future_event(line: bytes) -> bytes:
    """A line of an event stream as a later version would send it. Log lines become events of an unknown kind."""
    if line == b"event: log":
        return b"event: surprise"
    if not line.startswith(b"data: "):
        return line
    envelope = json.loads(line.removeprefix(b"data: "))
    if envelope["kind"] == "log":
        envelope |= {"kind": "surprise", "data": {"severity": "warning"}}
    return b"data: " + json.dumps(of_the_future(envelope)).encode()


class LaterVersion:
    """An application that changes the responses of another application."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Message]], send: Send
    ) -> None:
        """Answer a request as a later version would."""
        await self._app(scope, receive, _Answer(send).send if scope["type"] == "http" else send)


class _Answer:
    """A response that is being sent. A document is changed as a whole, an event stream line by line."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}
        self._rest = b""

    async def send(self, message: Message) -> None:
        """Receive the next part of the response from the application."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        kind = dict(self._start["headers"]).get(b"content-type", b"")
        if kind.startswith(b"text/event-stream"):
            await self._stream(message)
        elif b"json" in kind and b"ndjson" not in kind:
            await self._document(message)
        else:
            await self._begin()
            await self._send(message)

    async def _document(self, message: Message) -> None:
        self._rest += message.get("body", b"")
        if message.get("more_body"):
            return
        body = json.dumps(of_the_future(json.loads(self._rest))).encode() if self._rest else b""
        headers = [(name, value) for name, value in self._start["headers"] if name != b"content-length"]
        self._start = {**self._start, "headers": [*headers, (b"content-length", str(len(body)).encode())]}
        await self._begin()
        await self._send({"type": "http.response.body", "body": body})

    async def _stream(self, message: Message) -> None:
        *lines, self._rest = (self._rest + message.get("body", b"")).split(b"\n")
        body = b"".join(of_the_future_event(line) + b"\n" for line in lines)
        await self._begin()
        await self._send({**message, "body": body})

    async def _begin(self) -> None:
        start, self._start = self._start, {"headers": self._start["headers"]}
        if "type" in start:
            await self._send(start)
