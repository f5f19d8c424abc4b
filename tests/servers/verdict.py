"""Whether each experiment of a crowd was trained exactly once, and never twice at the same time, according to the
database.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from sqlalchemy import select

from gradus.status import EventKind, Status
from hub.hub import Hub
from hub.tables import EventRow, ExperimentRow, JobRow, MetricRow

LOST = "the worker was lost"


@dataclass(frozen=True)
class Start:
    """The moment at which a worker begins to train an experiment."""

    at: datetime
    after_loss: bool
    """Whether the worker took the experiment over because another worker's lease had expired."""


@dataclass(frozen=True)
class Verdict:
    """The result of checking all rows."""

    experiments: int
    starts: int
    handed_back: int
    taken_over: int
    """Number of starts after a lease had expired."""
    faults: tuple[str, ...]


def judge(hub: Hub, lease_seconds: float) -> Verdict:
    """Check all rows of the database."""
    lease = timedelta(seconds=lease_seconds)
    with hub.read() as session:
        found = session.execute(select(ExperimentRow, JobRow.token, JobRow.done).join(JobRow)).all()
        told = session.scalars(select(EventRow).order_by(EventRow.experiment_id, EventRow.seq)).all()
        epochs = session.execute(select(MetricRow.experiment_id, MetricRow.epoch)).all()
    logs = {key: list(rows) for key, rows in groupby(told, lambda row: row.experiment_id)}
    starts = {key: list(_starts(log)) for key, log in logs.items()}
    faults = [
        f"{row.id}: {fault}"
        for row, token, done in found
        for fault in _faults(row, token, done, logs[row.id], starts[row.id], lease)
    ]
    if len(epochs) != len(set(epochs)) or len(epochs) != sum(row.epochs for row, _, _ in found):
        faults.append(f"{len(epochs)} metrics rows for {len(found)} experiments")
    every = [start for its in starts.values() for start in its]
    taken_over = sum(start.after_loss for start in every)
    return Verdict(len(found), len(every), len(every) - taken_over - len(found), taken_over, tuple(faults))


def _starts(log: Sequence[EventRow]) -> Iterator[Start]:
    for event in log:
        data = json.loads(event.data)
        if event.kind == EventKind.STATUS and data["status"] == Status.RUNNING:
            yield Start(event.at, after_loss=False)
        elif event.kind == EventKind.LOG and LOST in data["message"]:
            yield Start(event.at, after_loss=True)


def _faults(
    row: ExperimentRow, token: int, done: bool, log: Sequence[EventRow], starts: Sequence[Start], lease: timedelta
) -> Iterator[str]:
    if row.status != Status.SUCCEEDED or not done:
        yield f"it is {row.status}, and its job is {'done' if done else 'open'}"
    if [event.seq for event in log] != list(range(1, len(log) + 1)):
        yield "its events have a gap"
    kinds = [event.kind for event in log]
    if kinds.count(EventKind.EPOCH) != row.epochs or kinds.count(EventKind.END) != 1 or kinds[-1] != EventKind.END:
        yield f"its log is {kinds}"
    if not row.attempts == len(starts) == token:  # each start has a fencing number of its own, and none is unused
        yield f"{row.attempts} attempts, {len(starts)} starts, and leases up to number {token}"
    yield from _overlaps(log, starts, lease)


def _overlaps(log: Sequence[EventRow], starts: Sequence[Start], lease: timedelta) -> Iterator[str]:
    """A sentence for each two starts that overlap. Before a second start, the experiment must have been given back, or
    its worker must have written nothing for a whole lease, because each of its writes renews the lease."""
    for first, second in pairwise(starts):
        between = [event for event in log if first.at <= event.at < second.at]
        if second.after_loss and second.at - max(event.at for event in between) < lease:
            yield f"taken over at {second.at} while another's lease was good"
        queued = any(
            event.kind == EventKind.STATUS and json.loads(event.data)["status"] == Status.QUEUED for event in between
        )
        if not second.after_loss and not queued:
            yield f"started at {second.at}, and nobody had given it back"
