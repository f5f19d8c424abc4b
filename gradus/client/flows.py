"""The flows that everything a client does is made of: send a call, follow a stream, wait for an end, walk a list."""

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any, Never, Protocol, TypeVar

from gradus.client import calls
from gradus.client.answer import refusal, value
from gradus.client.calls import Call
from gradus.client.deadline import NEVER, Deadline
from gradus.client.patience import LONG, RETRIES, pause, worth_another
from gradus.client.steps import Answer, Ask, Flow, Lost, Rest, Tell
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsPage

T = TypeVar("T")
Y = TypeVar("Y")
T_co = TypeVar("T_co", covariant=True)

PAGE = 200
"""Items of a list that one call asks for; as many as the service gives."""
LOOK = 60
"""Seconds after which waiting looks again, whatever it heard; as long as the service lets a request wait."""


def send(call: Call[T], retries: int = RETRIES, deadline: Deadline = NEVER) -> Flow[Never, T]:
    """The call's value. What may do better in a moment, and cannot be done twice, is sent again.

    Raises:
        GradusError: the service refused, or could not be reached.
        TimeoutError: it could not be reached before the deadline.
    """
    lost = False
    for attempt in count():
        reply: Answer | Lost = yield Ask(call, deadline.limit())
        if lost and call.method == "DELETE" and isinstance(reply, Answer) and reply.status == 404:
            return call.read(b"")  # it was done, and the answer was lost
        if not worth_another(call, reply):
            break
        deadline.check(refusal(call, reply))
        if attempt >= retries:
            break
        lost = lost or isinstance(reply, Lost)
        yield Rest(min(pause(attempt, reply.retry_after if isinstance(reply, Answer) else 0.0), deadline.left()))
    return value(call, reply)


def all_metrics(experiment_id: str, **options: Any) -> Flow[Never, MetricsPage]:
    """The rows that `calls.metrics` asks for, all of them though one answer may have only the first."""
    page = yield from send(calls.metrics(experiment_id, **options))
    if options.get("max_points") is None:
        while later := after_cut(page):
            part = yield from send(calls.metrics(experiment_id, after=later))
            page = joined(page, part)
    return page


def after_cut(page: MetricsPage) -> int:
    """The epoch to go on from, if the answer has not all rows; else 0."""
    return page.data[-1].epoch if page.data and page.data[-1].epoch < page.last_epoch else 0


def joined(page: MetricsPage, part: MetricsPage) -> MetricsPage:
    """Both; where the rows are gone meanwhile, there are no later ones."""
    last = part.last_epoch if part.data else page.data[-1].epoch
    return part.model_copy(update={"data": page.data + part.data, "last_epoch": last})


def ended(experiment_id: str, seconds: float | None = None) -> Flow[Never, ExperimentRecord]:
    """The experiment at its end.

    Raises:
        TimeoutError: it is not over after so many seconds; it goes on.
    """
    deadline = Deadline(seconds, f"nothing is known of {experiment_id}")
    while not (record := (yield from send(calls.experiment(experiment_id), LONG, deadline))).over:
        deadline.now(f"{experiment_id} is {record.status}")
        never = record.progress.epochs  # no epoch is later: the answer comes at the end
        yield from send(calls.metrics(experiment_id, after=never, wait=look(deadline)), LONG, deadline)
    return record


def look(deadline: Deadline) -> int:
    """Seconds that the service may keep a question that waits for an end."""
    return max(1, int(min(deadline.left(), LOOK)))


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
