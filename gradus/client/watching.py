"""Watching a run: its metrics rows as they come, without those of a try that was given up.

A sweep's retry trains what failed from the start. The service forgets the rows that were, but the log goes on behind
them, and tells epochs 1, 2, 3 … once more.
"""

from collections.abc import Callable, Iterator
from typing import Never, TypeVar

from gradus.client import calls
from gradus.client.answer import refusal, value
from gradus.client.calls import Call
from gradus.client.flows import after_cut, tell
from gradus.client.follow import follow
from gradus.client.patience import Trouble, worth_another
from gradus.client.steps import Answer, Ask, Flow, Rest
from gradus.client.stream import StreamEvent
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow

T = TypeVar("T")


def watch(
    experiment_id: str, after: int, patience: float, hear: Callable[[StreamEvent], None] = lambda _: None
) -> Flow[MetricsRow, ExperimentRecord]:
    """Tells the rows after epoch `after` to the end of the experiment; `hear` hears every event before.

    Raises:
        GradusError: the service refused, or could not be reached for `patience` seconds.
    """
    known = yield from asked(calls.experiment(experiment_id), patience)
    rows = Rows(known, after)
    if known.events_pruned:  # the log no longer tells its epochs
        rows.after = yield from _kept(experiment_id, after, patience)

    def pick(event: StreamEvent) -> Iterator[MetricsRow]:
        hear(event)
        return rows.of(event)

    return (yield from follow(experiment_id, pick, patience=patience))


def _kept(experiment_id: str, after: int, patience: float) -> Flow[MetricsRow, int]:
    """Tells the rows that the service has; the last of their epochs."""
    while (page := (yield from asked(calls.metrics(experiment_id, after=after), patience))).data:
        yield from tell(page.data)
        after = page.data[-1].epoch
        if not after_cut(page):
            break
    return after


class Rows:
    """The rows that a log tells, of the try that went on when the watching began and of later ones."""

    def __init__(self, known: ExperimentRecord, after: int) -> None:
        self._known, self.after = known, after
        self._forgotten = False

    def of(self, event: StreamEvent) -> Iterator[MetricsRow]:
        """The row that the event tells, if it counts."""
        if isinstance(event.data, ExperimentRecord):
            self._forgotten = self._before(event.data)
        elif isinstance(event.data, MetricsRow) and event.data.epoch > self.after and not self._forgotten:
            yield event.data

    def _before(self, record: ExperimentRecord) -> bool:
        """Whether this was an earlier try: one that began at another moment, and did not begin later."""
        return record.started_at != self._known.started_at and record.attempts <= self._known.attempts


def asked(call: Call[T], patience: float) -> Flow[Never, T]:
    """The call's value, waited for as long as a stream that broke."""
    trouble = Trouble(patience)
    while worth_another(call, reply := (yield Ask(call, trouble.limit()))):
        retry_after = reply.retry_after if isinstance(reply, Answer) else 0.0
        yield Rest(trouble.pause(refusal(call, reply), retry_after))
    return value(call, reply)
