"""Steps: all that a client does in the world, as values.

A flow is a generator that asks for steps: it yields one, is sent what came of it, and returns what it comes to; on its
way it may tell values. So what a client does is written once, and whether its steps are waited for or awaited is the
business of a performer alone (`waiting.py`, `awaiting.py`).
"""

from collections.abc import Generator
from dataclasses import dataclass
from math import inf
from typing import Any, Generic, TypeVar

from gradus.client.calls import Call

Y = TypeVar("Y")
Y_co = TypeVar("Y_co", covariant=True)
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True)
class Ask:
    """Send a call, once. Comes to an `Answer`, or it is `Lost`."""

    call: Call[Any]
    limit: float = inf
    """Seconds after which nobody waits for the answer any more."""


@dataclass(frozen=True)
class Open:
    """Open a stream. Comes to an `Answer`, without a body unless it is a refusal, or it is `Lost`."""

    call: Call[Any]
    limit: float = inf
    """Seconds for the connection to come about."""
    channel: int = 0
    """Which of the flow's streams; the one that was open there before is closed."""


@dataclass(frozen=True)
class Read:
    """Read on in an open stream. Comes to bytes, to None at its end, or it is `Lost`."""

    channel: int = 0


@dataclass(frozen=True)
class Close:
    """Close a stream, if it is open."""

    channel: int


@dataclass(frozen=True)
class Rest:
    """Do nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Tell(Generic[Y_co]):
    """Hand a value to whoever listens."""

    value: Y_co


@dataclass(frozen=True)
class Answer:
    """What the service said."""

    status: int
    body: bytes = b""
    kind: str = ""
    """Its Content-Type."""
    retry_after: float = 0.0
    """Seconds that it asks to wait."""


@dataclass(frozen=True)
class Lost:
    """No answer came."""

    why: str
    sent: bool
    """Whether the request may have arrived all the same."""


@dataclass(frozen=True)
class Done(Generic[R_co]):
    """The end of a flow, and what it comes to."""

    value: R_co


Step = Ask | Open | Read | Close | Rest
Flow = Generator[Step | Tell[Y], Any, R]
"""Tells values of Y and comes to an R."""


def advance(flow: Flow[Y, R], reply: object = None) -> Step | Tell[Y] | Done[R]:
    """What the flow wants next, now that its last step came to `reply`."""
    try:
        return flow.send(reply)
    except StopIteration as end:
        return Done(end.value)
