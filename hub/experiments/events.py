"""The event log: everything a client can be told, numbered 1, 2, 3 … within each experiment, and growing within
each workspace. Numbers are never used again; what `hub.experiments.event_pruning` drops leaves a gap."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from gradus.status import EventKind
from gradus.wire.experiment import ExperimentRecord, LogLine
from gradus.wire.message import Message
from hub.messaging.outbox import outbox
from hub.tables import EventRow, ExperimentRow, Table, WorkspaceRow

_LOG_LOCK = 0x67726164
"""Postgres advisory lock, held from the numbering of events to the commit: ids grow in the order of the commits,
so that a reader who has seen id n will never find a smaller one later. SQLite has one writer at a time anyway."""

# Statements of every epoch are made once: making them anew would cost more than running them.
_EXPERIMENTS, _WORKSPACES, _EVENTS = (
    Table.metadata.tables[row.__tablename__] for row in (ExperimentRow, WorkspaceRow, EventRow)
)
_OF_THESE = _EXPERIMENTS.c.id.in_(bindparam("ids", expanding=True))
_LOCK_EXPERIMENTS = select(_EXPERIMENTS.c.id).where(_OF_THESE).order_by(_EXPERIMENTS.c.id).with_for_update()
_TAKE = (
    update(_EXPERIMENTS)
    .where(_OF_THESE)
    .values(events=_EXPERIMENTS.c.events + bindparam("count"), version=_EXPERIMENTS.c.version + 1)
    .returning(_EXPERIMENTS.c.id, _EXPERIMENTS.c.workspace_id, _EXPERIMENTS.c.events)
)
_TAKE_WHOLE = (
    update(_WORKSPACES)
    .where(_WORKSPACES.c.id == bindparam("workspace"))
    .values(events=_WORKSPACES.c.events + bindparam("count"))
    .returning(_WORKSPACES.c.events)
)
_LOCK_LOG = select(func.pg_advisory_xact_lock(_LOG_LOCK))
_ADD = insert(_EVENTS).inline()
_AT_A_TIME = 20
"""Rows that are fetched before their size is looked at."""


@dataclass(frozen=True)
class Event:
    """One thing to be told."""

    experiment_id: str
    kind: EventKind
    data: Message


def log(experiment_id: str, message: str, level: str = "info") -> Event:
    """A `log` event."""
    return Event(experiment_id, EventKind.LOG, LogLine(level=level, message=message))


def append(session: Session, events: Sequence[Event], at: datetime) -> None:
    """Write the events at the end of their logs.

    Call it once in a transaction, last: it takes rows first and the log second, and so never waits in a circle.
    """
    if not events:
        return
    logs = _take_numbers(session, Counter(event.experiment_id for event in events))
    wholes = _take_workspace_numbers(session, Counter(logs[event.experiment_id].workspace_id for event in events))
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK_LOG)
    session.execute(_ADD, [_row(event, logs[event.experiment_id], wholes, at) for event in events])
    outbox(session).events.update(logs)


@dataclass
class _Log:
    """An experiment's log while rows are added."""

    workspace_id: str
    newest: int


def _row(event: Event, log: _Log, wholes: dict[str, int], at: datetime) -> dict[str, object]:
    """The next row of the experiment's log and of its workspace's."""
    log.newest += 1
    wholes[log.workspace_id] += 1
    return {
        "experiment_id": event.experiment_id,
        "seq": log.newest,
        "workspace_id": log.workspace_id,
        "number": wholes[log.workspace_id],
        "kind": event.kind,
        "data": _numbered(event.data, log.newest).model_dump_json(),
        "at": at,
    }


def _numbered(data: Message, seq: int) -> Message:
    """The data; an experiment says which event it contains: this one."""
    return data.model_copy(update={"last_event": seq}) if isinstance(data, ExperimentRecord) else data


def _take_numbers(session: Session, counts: Mapping[str, int]) -> dict[str, _Log]:
    """Reserve so many numbers of each experiment's log; the logs before the first."""
    if len(counts) > 1:  # an update of several rows locks them in any order
        session.execute(_LOCK_EXPERIMENTS, {"ids": sorted(counts)})
    logs: dict[str, _Log] = {}
    for count in set(counts.values()):
        ids = [key for key, its in counts.items() if its == count]
        for key, workspace_id, newest in session.execute(_TAKE, {"ids": ids, "count": count}):
            logs[key] = _Log(workspace_id, newest - count)
    return logs


def _take_workspace_numbers(session: Session, counts: Mapping[str, int]) -> dict[str, int]:
    """Reserve so many numbers of each workspace's log; those before the first."""
    return {
        key: session.execute(_TAKE_WHOLE, {"workspace": key, "count": count}).scalar_one() - count
        for key, count in sorted(counts.items())
    }


def of_experiment(
    session: Session, experiment_id: str, after: int, limit: int, size: int | None = None
) -> Sequence[EventRow]:
    """The rows of one log with numbers greater than `after`, in order; no more than `size` bytes, but one row."""
    query = select(EventRow).where(EventRow.experiment_id == experiment_id, EventRow.seq > after)
    return _some(session, query.order_by(EventRow.seq).limit(limit), size)


def lines(session: Session, experiment_id: str, after: int, limit: int) -> Sequence[EventRow]:
    """The `log` rows of one log with numbers greater than `after`, in order."""
    said = (EventRow.experiment_id == experiment_id, EventRow.seq > after, EventRow.kind == EventKind.LOG)
    return session.scalars(select(EventRow).where(*said).order_by(EventRow.seq).limit(limit)).all()


def of_workspace(
    session: Session, workspace_id: str, after: int, limit: int, size: int | None = None
) -> Sequence[EventRow]:
    """The rows of a workspace's log with numbers greater than `after`, in order; no more than `size` bytes, but one."""
    query = select(EventRow).where(EventRow.workspace_id == workspace_id, EventRow.number > after)
    return _some(session, query.order_by(EventRow.number).limit(limit), size)


def of_all(session: Session, after: int, limit: int, size: int | None = None) -> Sequence[EventRow]:
    """The rows of the whole log with ids greater than `after`, in order; no more than `size` bytes, but one row."""
    return _some(session, select(EventRow).where(EventRow.id > after).order_by(EventRow.id).limit(limit), size)


def _some(session: Session, query: Select[EventRow], size: int | None) -> Sequence[EventRow]:
    """The first rows that come to so many bytes: one of a large network has a megabyte."""
    if size is None:
        return session.scalars(query).all()
    found, bytes_ = [], 0
    with session.scalars(query.execution_options(yield_per=_AT_A_TIME)) as rows:
        for row in rows:
            found.append(row)
            bytes_ += len(row.data)
            if bytes_ >= size:
                break
    return found


def newest_of_workspace(session: Session, workspace_id: str) -> int:
    """The number of the newest row of a workspace's log; 0 if there is none."""
    return session.scalar(select(WorkspaceRow.events).where(WorkspaceRow.id == workspace_id)) or 0


def newest(session: Session) -> int:
    """The id of the newest row of the whole log; 0 if there is none."""
    return session.scalar(select(func.max(EventRow.id))) or 0
