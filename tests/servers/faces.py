"""Both kinds of client for one set of tests: an `AsyncClient` is wrapped so that tests can use it like a `Client`."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

from gradus import AsyncClient, Client
from gradus.client import Credentials
from gradus.client.methods import Resource

Opener = Callable[[Credentials], AbstractContextManager[Client]]


@contextmanager
def waiting(access: Credentials) -> Iterator[Client]:
    """A blocking client."""
    with Client(access.url, key=access.key) as client:
        yield client


@contextmanager
def awaited(access: Credentials) -> Iterator[Client]:
    """An asynchronous client with its own event loop, wrapped so that it has the interface of the blocking client."""
    with asyncio.Runner() as runner:
        client = AsyncClient(access.url, key=access.key)
        try:
            yield cast(Client, _Plain(client, runner))
        finally:
            runner.run(client.close())


class _Plain:
    """Wraps an object: its coroutines are run to their end, and its asynchronous generators become ordinary ones."""

    def __init__(self, thing: object, runner: asyncio.Runner) -> None:
        self._thing, self._runner = thing, runner

    def __getattr__(self, name: str) -> Any:
        return self._plain(getattr(self._thing, name))

    def __repr__(self) -> str:
        return repr(self._thing)

    def _plain(self, value: Any) -> Any:
        if inspect.isfunction(value) or inspect.ismethod(value):
            return lambda *args, **options: self._plain(value(*map(bare, args), **options))
        if inspect.iscoroutine(value):
            return self._plain(self._runner.run(value))
        if inspect.isasyncgen(value):
            return self._walk(cast(AsyncGenerator[Any], value))
        return _Plain(value, self._runner) if isinstance(value, Resource) else value

    def _walk(self, values: AsyncGenerator[Any]) -> Generator[Any]:
        try:
            while (one := self._runner.run(anext(values, _END))) is not _END:
                yield self._plain(one)
        finally:
            self._runner.run(values.aclose())


_END = object()


def bare(value: Any) -> Any:
    """The object itself, without its wrapper if it has one."""
    return value._thing if isinstance(value, _Plain) else value


def wrapped(client: Client, resource: Resource[Any]) -> Any:
    """The resource, wrapped if the client is."""
    return _Plain(resource, client._runner) if isinstance(client, _Plain) else resource


FACES: dict[str, Opener] = {"waiting": waiting, "awaited": awaited}
