"""Performs flows by waiting: what `Client` stands on."""

import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from gradus.client import translation
from gradus.client.access import Access
from gradus.client.calls import Call
from gradus.client.steps import Answer, Ask, Done, Flow, Lost, Open, Read, Rest, Step, Tell, advance

Y = TypeVar("Y")
R = TypeVar("R")


class Waiting:
    """Talks with one service over a pool of connections. Safe to share between threads."""

    def __init__(self, access: Access, timeout: float, transport: httpx.BaseTransport | None = None) -> None:
        self.access, self.timeout = access, timeout
        self.http = httpx.Client(**translation.settings(access), transport=transport)

    def run(self, flow: Flow[Any, R]) -> R:
        """What the flow comes to; nobody listens to what it tells."""
        with _Line(self) as line:
            step = advance(flow)
            while not isinstance(step, Done):
                step = advance(flow, None if isinstance(step, Tell) else line.perform(step))
            return step.value

    def tell(self, flow: Flow[Y, Any]) -> Generator[Y]:
        """What the flow tells, as it is wanted."""
        with _Line(self) as line:
            step = advance(flow)
            while not isinstance(step, Done):
                if isinstance(step, Tell):
                    yield step.value
                    step = advance(flow)
                else:
                    step = advance(flow, line.perform(step))

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


class _Line:
    """Performs the steps of one flow, and holds the stream that it reads."""

    def __init__(self, owner: Waiting) -> None:
        self._owner, self._http = owner, owner.http
        self._open = ExitStack()
        self._chunks: Iterator[bytes] = iter(())

    def perform(self, step: Step) -> Answer | Lost | bytes | None:
        try:
            match step:
                case Ask(call, limit):
                    response = self._http.request(**translation.request(call, self._owner.timeout, limit))
                    return translation.answer(response, response.content)
                case Open(call, limit):
                    return self._opened(call, limit)
                case Read():
                    return next(self._chunks, None)
                case Rest(seconds):
                    time.sleep(seconds)
                    return None
        except httpx.RequestError as error:
            return translation.lost(error, self._owner.access)

    def _opened(self, call: Call[Any], limit: float) -> Answer:
        self._open.close()
        response = self._open.enter_context(self._http.stream(**translation.stream(call, limit)))
        if response.status_code >= 300:
            return translation.answer(response, response.read())
        self._chunks = response.iter_bytes()
        return translation.answer(response)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
