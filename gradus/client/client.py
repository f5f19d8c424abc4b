"""The client that waits: sends calls, reads streams, and comes back after a lost connection."""

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from gradus.client import calls
from gradus.client.access import Access
from gradus.client.answer import refusal, value
from gradus.client.calls import Call
from gradus.client.stream import StreamEvent, StreamReader
from gradus.errors import GradusError, Unavailable
from gradus.status import EventKind

T = TypeVar("T")

PAUSES = (0.1, 0.4)
"""Seconds before a call is sent again that got no answer."""
SILENCE = 40.0
"""Seconds without a byte after which a stream counts as broken; the service sends a comment every 15."""
PATIENCE = 60.0
"""Seconds that a stream tries to come back."""


class Client:
    """Talks with one service. Safe to share between threads; close it, or use it with `with`."""

    def __init__(self, access: Access, transport: httpx.BaseTransport | None = None) -> None:
        self.access = access
        headers = {"User-Agent": "gradus-client"}
        if access.key:
            headers["Authorization"] = f"Bearer {access.key}"
        self._http = httpx.Client(
            base_url=access.url,
            headers=headers,
            timeout=30,
            limits=httpx.Limits(max_connections=None),  # each stream holds one
            trust_env=not access.local,
            transport=transport,
        )

    def send(self, call: Call[T]) -> T:
        """Send a call and read its answer; one that may be repeated is, when the connection is lost.

        Raises:
            GradusError: the service refused, or could not be reached.
        """
        for pause in PAUSES if call.repeatable else ():
            try:
                return self._once(call)
            except httpx.TransportError:
                time.sleep(pause)
        try:
            return self._once(call)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def events(self, experiment_id: str, after: int = 0, patience: float = PATIENCE) -> Iterator[StreamEvent]:
        """The events of an experiment after number `after`, each once and in order, to its end.

        A lost connection is taken up again where it broke.

        Raises:
            GradusError: the service refused, or could not be reached for `patience` seconds.
        """
        deadline = time.monotonic() + patience
        while True:
            lost: Exception = Unavailable("the stream stopped before its end")
            try:
                for event in self._stream(calls.events(experiment_id, after)):
                    deadline = time.monotonic() + patience
                    if event is None:
                        continue
                    yield event
                    if event.kind is EventKind.END:
                        return
                    after = event.seq
            except (httpx.TransportError, Unavailable) as error:
                lost = error
            if time.monotonic() > deadline:
                raise self._unreachable(lost) from lost
            time.sleep(0.25)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _once(self, call: Call[T]) -> T:
        response = self._http.request(timeout=30 + call.seconds, **_request(call))
        return value(call, response.status_code, response.content)

    def _stream(self, call: Call[None]) -> Iterator[StreamEvent | None]:
        """The events of one connection, and None after each piece of it, as a sign of life."""
        timeout = httpx.Timeout(10, read=SILENCE)
        with self._http.stream(timeout=timeout, **_request(call)) as response:
            if response.status_code >= 300:
                raise refusal(response.status_code, response.read())
            reader = StreamReader()
            for chunk in response.iter_bytes():
                yield from reader.feed(chunk)
                yield None

    def _unreachable(self, error: Exception) -> GradusError:
        if isinstance(error, GradusError):
            return error
        why = str(error) or type(error).__name__
        return Unavailable(f"nothing answers at {self.access.url} ({why})", code="unreachable")


def _request(call: Call[Any]) -> dict[str, Any]:
    """The call in httpx's words."""
    headers = dict(call.headers)
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    return {
        "method": call.method,
        "url": call.path,
        "params": dict(call.query),
        "headers": headers,
        "content": call.body,
    }
