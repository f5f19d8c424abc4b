"""Methods that are written once, as flows, and have two faces: a `Client` returns, an `AsyncClient` is awaited.

    class Sweeps(Face[P]):
        get = sends(calls.sweep)            # Client: SweepRecord; AsyncClient: Coroutine of one

The type checker knows which: a method is a descriptor whose type depends on who performs the flows of its object.
"""

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from functools import update_wrapper
from inspect import Parameter, Signature, signature
from types import MethodType
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, Self, overload

from typing_extensions import TypeVar

from gradus.client.calls import Call
from gradus.client.flows import send
from gradus.client.steps import Flow

if TYPE_CHECKING:  # httpx would take a third of the import
    from gradus.client.awaiting import Awaiting
    from gradus.client.waiting import Waiting

A = ParamSpec("A")
R = TypeVar("R")
Y = TypeVar("Y")
P = TypeVar("P", bound="Waiting | Awaiting", default="Waiting")
"""Who performs."""


class Face(Generic[P]):
    """Something that can be asked."""

    def __init__(self, performer: P) -> None:
        self._performer = performer


class Asks(Generic[A, R]):
    """A method that comes to something."""

    def __init__(self, flow: Callable[Concatenate[Any, A], Flow[Any, R]]) -> None:
        self.flow = shown(flow)
        self.__doc__ = flow.__doc__

    @overload
    def __get__(self, here: None, owner: object) -> Self: ...
    @overload
    def __get__(self, here: "Face[Waiting]", owner: object) -> Callable[A, R]: ...
    @overload
    def __get__(self, here: "Face[Awaiting]", owner: object) -> Callable[A, Coroutine[Any, Any, R]]: ...
    def __get__(self, here: Face[Any] | None, owner: object) -> Any:
        return self if here is None else method_of(self.flow, here, here._performer.run)


class Tells(Generic[A, Y]):
    """A method that tells one value after the other."""

    def __init__(self, flow: Callable[Concatenate[Any, A], Flow[Y, Any]]) -> None:
        self.flow = shown(flow)
        self.__doc__ = flow.__doc__

    @overload
    def __get__(self, here: None, owner: object) -> Self: ...
    @overload
    def __get__(self, here: "Face[Waiting]", owner: object) -> Callable[A, Generator[Y]]: ...
    @overload
    def __get__(self, here: "Face[Awaiting]", owner: object) -> Callable[A, AsyncGenerator[Y]]: ...
    def __get__(self, here: Face[Any] | None, owner: object) -> Any:
        return self if here is None else method_of(self.flow, here, here._performer.tell)


asks = Asks
tells = Tells


def sends(call: Callable[A, Call[R]]) -> Asks[A, R]:
    """The method that sends this call."""

    def flow(_: Face[Any], /, *args: A.args, **options: A.kwargs) -> Flow[Any, R]:
        return send(call(*args, **options))

    return Asks(looking_like(call, flow))


class Named(Protocol):
    """Something with an id."""

    @property
    def id(self) -> str:
        """Its id."""


def sends_its(call: Callable[Concatenate[str, A], Call[R]]) -> Asks[A, R]:
    """The method that sends this call about the object that it belongs to."""

    def flow(it: Named, /, *args: A.args, **options: A.kwargs) -> Flow[Any, R]:
        return send(call(it.id, *args, **options))

    return Asks(looking_like(call, flow, without=1))


F = TypeVar("F", bound=Callable[..., Any])


def looking_like(call: Callable[..., Any], flow: F, without: int = 0) -> F:
    """The flow, which shows people the call's text, and its parameters but the first few."""
    parameters = [Parameter("self", Parameter.POSITIONAL_ONLY), *list(signature(call).parameters.values())[without:]]
    update_wrapper(flow, call)
    vars(flow)["__signature__"] = Signature(parameters)
    return flow


def shown(flow: F) -> F:
    """The flow, which shows people its parameters alone: what it comes to depends on who performs."""
    vars(flow)["__signature__"] = signature(flow).replace(return_annotation=Signature.empty)
    return flow


def method_of(flow: Callable[..., Any], here: object, perform: Callable[[Any], Any]) -> Callable[..., Any]:
    """The flow as a method of this object, done by `perform`."""
    bound = MethodType(flow, here)

    def method(*args: Any, **options: Any) -> Any:
        return perform(bound(*args, **options))

    return update_wrapper(method, bound, updated=())
