"""Methods that are written once, as coroutines, and that both clients have.

An `AsyncClient` awaits them. A `Client` runs them over a transport that blocks: there a coroutine never has to wait for
anything, so that its first step is its last (`run`). Type checkers know which client an object belongs to:

    class Keys(Resource[T_co]):
        @method
        async def revoke(self, key_id: str, /) -> None: ...
        # with a Client: (key_id: str) -> None; with an AsyncClient: (key_id: str) -> Coroutine[Any, Any, None]
"""

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from functools import update_wrapper
from inspect import Signature, signature
from types import MethodType
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Self, overload

from typing_extensions import TypeVar

if TYPE_CHECKING:  # it brings httpx, a third of the time of the import
    from gradus.client.async_transport import AsyncTransport
    from gradus.client.sync_transport import SyncTransport

P = ParamSpec("P")
R = TypeVar("R")
Y = TypeVar("Y")
T_co = TypeVar("T_co", bound="SyncTransport | AsyncTransport", default="SyncTransport", covariant=True)
"""The transport of the client that an object came from."""


class Resource(Generic[T_co]):
    """A resource of the service, and the transport for requests about it."""

    def __init__(self, transport: T_co) -> None:
        self._transport = transport


class method(Generic[P, R]):  # noqa: N801 (a decorator)
    """A coroutine method: a `Client` returns its result, an `AsyncClient` the coroutine."""

    def __init__(self, coroutine: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]) -> None:
        self._coroutine = coroutine
        self.__doc__ = coroutine.__doc__

    @overload
    def __get__(self, resource: None, owner: object) -> Self: ...
    @overload
    def __get__(self, resource: "Resource[SyncTransport]", owner: object) -> Callable[P, R]: ...
    @overload
    def __get__(self, resource: "Resource[AsyncTransport]", owner: object) -> Callable[P, Coroutine[Any, Any, R]]: ...
    def __get__(self, resource: Resource[Any] | None, owner: object) -> Any:
        return self if resource is None else _bound(self._coroutine, resource, run)


class iterator(Generic[P, Y]):  # noqa: N801 (a decorator)
    """An asynchronous generator method: a `Client` returns a plain generator, an `AsyncClient` itself."""

    def __init__(self, generator: Callable[Concatenate[Any, P], AsyncGenerator[Y]]) -> None:
        self._generator = generator
        self.__doc__ = generator.__doc__

    @overload
    def __get__(self, resource: None, owner: object) -> Self: ...
    @overload
    def __get__(self, resource: "Resource[SyncTransport]", owner: object) -> Callable[P, Generator[Y]]: ...
    @overload
    def __get__(self, resource: "Resource[AsyncTransport]", owner: object) -> Callable[P, AsyncGenerator[Y]]: ...
    def __get__(self, resource: Resource[Any] | None, owner: object) -> Any:
        return self if resource is None else _bound(self._generator, resource, iterate)


def _bound(function: Callable[..., Any], resource: Resource[Any], blocking: Callable[[Any], Any]) -> Callable[..., Any]:
    """The method of this resource: as it is for an `AsyncClient`, run by `blocking` for a `Client`."""
    awaited = MethodType(function, resource)
    if not resource._transport.blocks:
        return awaited

    def call(*args: Any, **options: Any) -> Any:
        return blocking(awaited(*args, **options))

    update_wrapper(call, awaited)
    vars(call)["__signature__"] = signature(awaited).replace(return_annotation=Signature.empty)
    return call


def run(coroutine: Coroutine[Any, Any, R]) -> R:
    """The result of a coroutine over a transport that blocks."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: R = end.value
        return result
    coroutine.close()
    raise AssertionError("a blocking transport never suspends a coroutine")


def iterate(values: AsyncGenerator[Y]) -> Generator[Y]:
    """The values of an asynchronous generator over a transport that blocks."""
    try:
        while True:
            try:
                value = run(values.asend(None))
            except StopAsyncIteration:
                return
            yield value
    finally:
        run(values.aclose())
