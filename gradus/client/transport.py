"""Sends requests over HTTP, repeats them if that may help, and returns a value or raises an error; also opens streams.

The blocking and the awaiting parts are in `sync_transport` and `async_transport`; everything that both share is here.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from copy import copy
from math import inf
from typing import Any, ClassVar, Generic, Self, TypeVar

import httpx

import gradus
from gradus.client.content import content_of, headers_of
from gradus.client.credentials import Credentials
from gradus.client.request import Options, Request
from gradus.client.response import ServiceClock, is_event_stream, refusal, value_of
from gradus.client.retry import (
    UNREACHABLE,
    WAITING,
    Deadline,
    Retries,
    RetryPolicy,
    may_succeed_later,
)
from gradus.errors import GradusError, NotFound, Unavailable

R = TypeVar("R")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)

CONNECT_TIMEOUT = 10.0
SILENCE_TIMEOUT = 40.0
"""Seconds without a byte after which a stream counts as broken; the service sends a comment every 15."""
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Errors that occur before the request is sent."""

log = logging.getLogger("gradus")


class Transport(ABC, Generic[H]):
    """Talks with one service over a pool of connections."""

    blocks: ClassVar[bool]
    """Whether its coroutines block, so that they never suspend."""
    http: H

    def __init__(self, credentials: Credentials, options: Options) -> None:
        self.credentials, self.options = credentials, options
        self.clock = ServiceClock()

    def with_options(self, options: Options) -> Self:
        """A transport with other options that shares the connections."""
        other = copy(self)
        other.options = options
        return other

    async def send(self, request: Request[R], policy: RetryPolicy | None = None) -> R:
        """Send a request, and repeat it if a retry may succeed and cannot execute it twice. Returns the response's
        value.

        Raises:
            GradusError: the service refused, could not be reached, or the response is not from a Gradus service.
            TimeoutError: the service could not be reached within the policy's time.
        """
        policy = policy or Retries(self.options.max_retries)
        lost = False
        while True:
            try:
                return value_of(request, await self._answer(request, policy.timeout()))
            except GradusError as error:
                answer = error.response
                if lost and request.method == "DELETE" and isinstance(error, NotFound) and answer is not None:
                    return request.read(answer)  # an earlier attempt, whose response was lost, has deleted it
                await self.pause(request, error, policy)
                lost = lost or answer is None

    async def wait_for(self, request: Request[R], deadline: Deadline) -> R:
        """Send a request that waits for the end of an experiment or a sweep: with more retries, until the deadline."""
        return await self.send(request, Retries(WAITING * self.options.max_retries, deadline))

    async def pause(self, request: Request[Any], error: GradusError, policy: RetryPolicy) -> None:
        """Sleep until the request may be sent again.

        Raises:
            GradusError: `error`, if a retry would not help, or not within the policy's time.
        """
        if not may_succeed_later(request, error):
            raise error
        seconds = policy.pause(error)
        log.info("%s %s: %s; next attempt in %.1f s", request.method, request.path, error, seconds)
        await self.sleep(seconds)

    async def _answer(self, request: Request[Any], limit: float) -> httpx.Response:
        seconds = min(self.options.timeout + request.wait, limit)
        sent = self._built(request, httpx.Timeout(seconds, connect=min(CONNECT_TIMEOUT, seconds)))
        with self._logged(request, sent):
            response = await self._open(sent)
            try:
                await self._read(response)
            finally:
                await self._close(response)
        return self._received(request, response)

    @asynccontextmanager
    async def stream(self, request: Request[Any], limit: float = inf) -> AsyncGenerator[AsyncIterator[bytes]]:
        """An event stream's bytes as they arrive. `limit` is the seconds for opening the connection.

        Raises:
            GradusError: the service refused, or the connection failed or broke.
        """
        timeout = httpx.Timeout(min(CONNECT_TIMEOUT, limit), read=SILENCE_TIMEOUT)
        async with self._streamed(request, timeout) as response:
            if not response.is_success or not is_event_stream(response):
                await self._read(response)
                raise refusal(request, response)
            async with aclosing(self._chunks(self._received(request, response))) as chunks:
                yield chunks

    @asynccontextmanager
    async def download(self, request: Request[Any]) -> AsyncGenerator[tuple[httpx.Response, AsyncIterator[bytes]]]:
        """A response whose body is a file: its headers, and its bytes as they arrive.

        Raises:
            GradusError: the service refused, or the connection failed or broke.
        """
        async with self._streamed(request, httpx.Timeout(self.options.timeout, connect=CONNECT_TIMEOUT)) as response:
            if not response.is_success:
                await self._read(response)
                raise refusal(request, response)
            async with aclosing(self._chunks(self._received(request, response))) as chunks:
                yield response, chunks

    @asynccontextmanager
    async def _streamed(self, request: Request[Any], timeout: httpx.Timeout) -> AsyncGenerator[httpx.Response]:
        sent = self._built(request, timeout)
        with self._logged(request, sent):
            response = await self._open(sent)
            try:
                yield response
            finally:
                await self._close(response)

    def _built(self, request: Request[Any], timeout: httpx.Timeout) -> httpx.Request:
        return self.http.build_request(
            request.method,
            request.path,
            params=dict(request.query),
            headers=headers_of(request, self.options),
            content=content_of(request.body, blocks=self.blocks),
            timeout=timeout,
        )

    def _received(self, request: Request[Any], response: httpx.Response) -> httpx.Response:
        self.clock.set(response.headers.get("Date"))
        log.debug("%s %s: %d", request.method, request.path, response.status_code)
        return response

    @contextmanager
    def _logged(self, request: Request[Any], sent: httpx.Request) -> Iterator[None]:
        """Log the request, never the key, and convert a connection error to one of `gradus.errors`."""
        log.debug("%s %s", request.method, request.path)
        try:
            yield
        except httpx.RequestError as error:
            raise self._lost(request, sent, error) from error

    def _lost(self, request: Request[Any], sent: httpx.Request, error: httpx.RequestError) -> Unavailable:
        reason = f"nothing answers at {self.credentials.address} ({str(error) or type(error).__name__})"
        lost = Unavailable(reason, code=UNREACHABLE)
        if not isinstance(error, UNSENT) and not request.repeatable:
            what = f"the answer to {request.method} {request.path} was lost, and the request may have been carried out"
            lost = Unavailable(f"{what}: check before you repeat it ({reason})", code="answer_lost")
        lost.request = sent
        return lost

    @abstractmethod
    async def _open(self, sent: httpx.Request) -> httpx.Response:
        """Send the request; returns the response before its body is read."""

    @abstractmethod
    async def _read(self, response: httpx.Response) -> None:
        """Read the whole body."""

    @abstractmethod
    def _chunks(self, response: httpx.Response) -> AsyncGenerator[bytes]:
        """The chunks of the body as they arrive."""

    @abstractmethod
    async def _close(self, response: httpx.Response) -> None:
        """Close the response, and return its connection to the pool."""

    @abstractmethod
    async def sleep(self, seconds: float) -> None:
        """Pause for this many seconds."""


def settings(credentials: Credentials) -> dict[str, Any]:
    """The settings of an httpx client for the service."""
    return {
        "base_url": credentials.url,
        "headers": {"User-Agent": f"gradus/{gradus.__version__}", **credentials.headers()},
        "limits": httpx.Limits(max_connections=None),  # each stream holds one
        "trust_env": not credentials.local,
    }
