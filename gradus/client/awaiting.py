"""Performs flows by awaiting: what `AsyncClient` stands on. The twin of `waiting.py`, step by step."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
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


class Awaiting:
    """Talks with one service over a pool of connections, from one event loop."""

    def __init__(self, access: Access, timeout: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.access, self.timeout = access, timeout
        self.clock = Clock()
        self.http = httpx.AsyncClient(**translation.settings(access), transport=transport)

    async def run(self, flow: Flow[Any, R]) -> R:
        """What the flow comes to; nobody listens to what it tells."""
        async with _Line(self) as line:
            step = advance(flow)
            while not isinstance(step, Done):
                step = advance(flow, None if isinstance(step, Tell) else await line.perform(step))
            return step.value

    async def tell(self, flow: Flow[Y, Any]) -> AsyncGenerator[Y]:
        """What the flow tells, as it is wanted."""
        async with _Line(self) as line:
            step = advance(flow)
            while not isinstance(step, Done):
                if isinstance(step, Tell):
                    yield step.value
                    step = advance(flow)
                else:
                    step = advance(flow, await line.perform(step))

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()


class _Line:
    """Performs the steps of one flow, and holds the stream that it reads."""

    def __init__(self, owner: Awaiting) -> None:
        self._owner, self._http = owner, owner.http
        self._open: dict[int, AsyncExitStack] = {}
        self._chunks: dict[int, AsyncIterator[bytes]] = {}

    async def perform(self, step: Step) -> Answer | Lost | bytes | None:
        try:
            match step:
                case Ask(call, limit):
                    response = await self._http.request(**translation.request(call, self._owner.timeout, limit))
                    self._owner.clock.hear(response.headers.get("Date"))
                    return translation.answer(response, response.content)
                case Open(call, limit, channel):
                    return await self._opened(call, limit, channel)
                case Read(channel):
                    return await anext(self._chunks[channel], None)
                case Close(channel):
                    await self._close(channel)
                    return None
                case Rest(seconds):
                    await asyncio.sleep(seconds)
                    return None
        except httpx.RequestError as error:
            return translation.lost(error, self._owner.access)

    async def _opened(self, call: Call[Any], limit: float, channel: int) -> Answer:
        await self._close(channel)
        self._open[channel] = stack = AsyncExitStack()
        response = await stack.enter_async_context(self._http.stream(**translation.stream(call, limit)))
        if response.status_code >= 300:
            return translation.answer(response, await response.aread())
        self._chunks[channel] = response.aiter_bytes()
        return translation.answer(response)

    async def _close(self, channel: int) -> None:
        self._chunks.pop(channel, None)
        if (stack := self._open.pop(channel, None)) is not None:
            await stack.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel in list(self._open):
            await self._close(channel)
