"""The flows that everything a client does is made of: send a call, follow a stream, wait for an end, walk a list."""

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from math import ceil
from typing import Never, Protocol, TypeVar

from gradus.client import calls
from gradus.client.answer import value
from gradus.client.calls import Call
from gradus.client.patience import LONG, RETRIES, pause, worth_another
from gradus.client.steps import Answer, Ask, Flow, Lost, Rest, Tell
from gradus.wire.experiment import ExperimentRecord

T = TypeVar("T")
Y = TypeVar("Y")
T_co = TypeVar("T_co", covariant=True)

PAGE = 200
"""Items of a list that one call asks for; as many as the service gives."""
LOOK = 60
"""Seconds after which waiting looks again, whatever it heard; as long as the service lets a request wait."""


def send(call: Call[T], retries: int = RETRIES) -> Flow[Never, T]:
    """The call's value. What may do better in a moment, and cannot be done twice, is sent again.

    Raises:
        GradusError: the service refused, or could not be reached.
    """
    lost = False
    for attempt in count():
        reply: Answer | Lost = yield Ask(call)
        if lost and call.method == "DELETE" and isinstance(reply, Answer) and reply.status == 404:
            return call.read(b"")  # it was done, and the answer was lost
        if attempt >= retries or not worth_another(call, reply):
            break
        lost = lost or isinstance(reply, Lost)
        yield Rest(pause(attempt, reply.retry_after if isinstance(reply, Answer) else 0.0))
    return value(call, reply)


def ended(experiment_id: str, seconds: float | None = None) -> Flow[Never, ExperimentRecord]:
    """The experiment at its end.

    Raises:
        TimeoutError: it is not over after so many seconds; it goes on.
    """
    deadline = Deadline(seconds)
    while not (record := (yield from send(calls.experiment(experiment_id), LONG))).status.final:
        left = deadline.left(f"{experiment_id} is {record.status} after {seconds} s")
        never = record.progress.epochs  # no epoch is later: the answer comes at the end
        yield from send(calls.metrics(experiment_id, after=never, wait=ceil(min(left, LOOK))), LONG)
    return record


class Deadline:
    """A moment to come, or never."""

    def __init__(self, seconds: float | None) -> None:
        self._at = None if seconds is None else time.monotonic() + seconds

    def left(self, what: str) -> float:
        """Seconds until then.

        Raises:
            TimeoutError: it is past.
        """
        if self._at is None:
            return float("inf")
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"{what}; it goes on")
        return left


class Page(Protocol[T_co]):
    """A part of a list."""

    @property
    def data(self) -> Sequence[T_co]:
        """Its items."""

    @property
    def next_cursor(self) -> str | None:
        """Where the next one begins."""


def walk(page: Callable[[str | None], Call[Page[T]]], make: Callable[[T], Y]) -> Flow[Y, None]:
    """Tells what `make` makes of every item of a list, page by page as they are wanted."""
    cursor = None
    while True:
        part = yield from send(page(cursor))
        yield from tell(map(make, part.data))
        cursor = part.next_cursor
        if cursor is None:
            return


def tell(values: Iterable[T]) -> Flow[T, None]:
    """Tells them."""
    for one in values:
        yield Tell(one)
