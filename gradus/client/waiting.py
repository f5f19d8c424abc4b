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
from gradus.client.clock import Clock
from gradus.client.steps import Answer, Ask, Close, Done, Flow, Lost, Open, Read, Rest, Step, Tell, advance

Y = TypeVar("Y")
R = TypeVar("R")


class Waiting:
    """Talks with one service over a pool of connections. Safe to share between threads."""

    def __init__(self, access: Access, timeout: float, transport: httpx.BaseTransport | None = None) -> None:
        self.access, self.timeout = access, timeout
        self.clock = Clock()
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
        self._open: dict[int, ExitStack] = {}
        self._chunks: dict[int, Iterator[bytes]] = {}

    def perform(self, step: Step) -> Answer | Lost | bytes | None:
        try:
            match step:
                case Ask(call, limit):
                    response = self._http.request(**translation.request(call, self._owner.timeout, limit))
                    self._owner.clock.hear(response.headers.get("Date"))
                    return translation.answer(response, response.content)
                case Open(call, limit, channel):
                    return self._opened(call, limit, channel)
                case Read(channel):
                    return next(self._chunks[channel], None)
                case Close(channel):
                    self._close(channel)
                    return None
                case Rest(seconds):
                    time.sleep(seconds)
                    return None
        except httpx.RequestError as error:
            return translation.lost(error, self._owner.access)

    def _opened(self, call: Call[Any], limit: float, channel: int) -> Answer:
        self._close(channel)
        self._open[channel] = stack = ExitStack()
        response = stack.enter_context(self._http.stream(**translation.stream(call, limit)))
        if response.status_code >= 300:
            return translation.answer(response, response.read())
        self._chunks[channel] = response.iter_bytes()
        return translation.answer(response)

    def _close(self, channel: int) -> None:
        self._chunks.pop(channel, None)
        if (stack := self._open.pop(channel, None)) is not None:
            stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel in list(self._open):
            self._close(channel)
