"""The event log: all events that clients can see, numbered 1, 2, 3 … within each experiment, and increasing within each
workspace. Numbers are never reused; events that `hub.experiments.event_pruning` deletes leave a gap."""

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
"""Postgres advisory lock, held from the numbering of events to the commit. It makes ids increase in commit order, so a
reader that has seen id n never finds a smaller id later. SQLite has only one writer at a time anyway."""

# Statements that run in every epoch are built once: building them costs more than running them.
_EXPERIMENTS, _WORKSPACES, _EVENTS = (
    Table.metadata.tables[row.__tablename__] for row in (ExperimentRow, WorkspaceRow, EventRow)
)
_WITH_IDS = _EXPERIMENTS.c.id.in_(bindparam("ids", expanding=True))
_LOCK_EXPERIMENTS = select(_EXPERIMENTS.c.id).where(_WITH_IDS).order_by(_EXPERIMENTS.c.id).with_for_update()
_TAKE_NUMBERS = (
    update(_EXPERIMENTS)
    .where(_WITH_IDS)
    .values(events=_EXPERIMENTS.c.events + bindparam("count"), version=_EXPERIMENTS.c.version + 1)
    .returning(_EXPERIMENTS.c.id, _EXPERIMENTS.c.workspace_id, _EXPERIMENTS.c.events)
)
_TAKE_WORKSPACE_NUMBERS = (
    update(_WORKSPACES)
    .where(_WORKSPACES.c.id == bindparam("workspace"))
    .values(events=_WORKSPACES.c.events + bindparam("count"))
    .returning(_WORKSPACES.c.events)
)
_LOCK_LOG = select(func.pg_advisory_xact_lock(_LOG_LOCK))
_ADD = insert(_EVENTS).inline()
_FETCH_SIZE = 20
"""Rows that are fetched before their size is checked."""


@dataclass(frozen=True)
class Event:
    """An event to append."""

    experiment_id: str
    kind: EventKind
    data: Message


def log(experiment_id: str, message: str, level: str = "info") -> Event:
    """A `log` event."""
    return Event(experiment_id, EventKind.LOG, LogLine(level=level, message=message))


def append(session: Session, events: Sequence[Event], at: datetime) -> None:
    """Append the events to their logs.

    Call this once in a transaction, as its last step: it locks rows first and the log second, which avoids deadlocks.
    """
    if not events:
        return
    logs = _take_numbers(session, Counter(event.experiment_id for event in events))
    workspace_logs = _take_workspace_numbers(
        session, Counter(logs[event.experiment_id].workspace_id for event in events)
    )
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK_LOG)
    session.execute(_ADD, [_row(event, logs[event.experiment_id], workspace_logs, at) for event in events])
    outbox(session).events.update(logs)


@dataclass
class _Log:
    """The state of an experiment's log while rows are added."""

    workspace_id: str
    newest: int


def _row(event: Event, log: _Log, workspace_logs: dict[str, int], at: datetime) -> dict[str, object]:
    """The next row of the experiment's log and of its workspace's log."""
    log.newest += 1
    workspace_logs[log.workspace_id] += 1
    return {
        "experiment_id": event.experiment_id,
        "seq": log.newest,
        "workspace_id": log.workspace_id,
        "number": workspace_logs[log.workspace_id],
        "kind": event.kind,
        "data": _numbered(event.data, log.newest).model_dump_json(),
        "at": at,
    }


def _numbered(data: Message, seq: int) -> Message:
    """The event's data. If it is an experiment's record, its `last_event` is the number of this event."""
    return data.model_copy(update={"last_event": seq}) if isinstance(data, ExperimentRecord) else data


def _take_numbers(session: Session, counts: Mapping[str, int]) -> dict[str, _Log]:
    """Reserve this many numbers in each experiment's log. Returns the logs before the first reserved number."""
    if len(counts) > 1:  # an update of several rows would lock them in arbitrary order
        session.execute(_LOCK_EXPERIMENTS, {"ids": sorted(counts)})
    logs: dict[str, _Log] = {}
    for count in set(counts.values()):
        ids = [key for key, number in counts.items() if number == count]
        for key, workspace_id, newest in session.execute(_TAKE_NUMBERS, {"ids": ids, "count": count}):
            logs[key] = _Log(workspace_id, newest - count)
    return logs


def _take_workspace_numbers(session: Session, counts: Mapping[str, int]) -> dict[str, int]:
    """Reserve this many numbers in each workspace's log. Returns the numbers before the first reserved."""
    return {
        key: session.execute(_TAKE_WORKSPACE_NUMBERS, {"workspace": key, "count": count}).scalar_one() - count
        for key, count in sorted(counts.items())
    }


def of_experiment(
    session: Session, experiment_id: str, after: int, limit: int, size: int | None = None
) -> Sequence[EventRow]:
    """The rows of an experiment's log with numbers greater than `after`, in order, cut at `size` bytes."""
    query = select(EventRow).where(EventRow.experiment_id == experiment_id, EventRow.seq > after)
    return _up_to_size(session, query.order_by(EventRow.seq).limit(limit), size)


def lines(session: Session, experiment_id: str, after: int, limit: int) -> Sequence[EventRow]:
    """The `log` rows of an experiment's log with numbers greater than `after`, in order."""
    log_lines = (EventRow.experiment_id == experiment_id, EventRow.seq > after, EventRow.kind == EventKind.LOG)
    return session.scalars(select(EventRow).where(*log_lines).order_by(EventRow.seq).limit(limit)).all()


def of_workspace(
    session: Session, workspace_id: str, after: int, limit: int, size: int | None = None
) -> Sequence[EventRow]:
    """The rows of a workspace's log with numbers greater than `after`, in order, cut at `size` bytes."""
    query = select(EventRow).where(EventRow.workspace_id == workspace_id, EventRow.number > after)
    return _up_to_size(session, query.order_by(EventRow.number).limit(limit), size)


def of_all(session: Session, after: int, limit: int, size: int | None = None) -> Sequence[EventRow]:
    """The rows of the whole log with ids greater than `after`, in order, cut at `size` bytes."""
    return _up_to_size(session, select(EventRow).where(EventRow.id > after).order_by(EventRow.id).limit(limit), size)


def _up_to_size(session: Session, query: Select[EventRow], size: int | None) -> Sequence[EventRow]:
    """The first rows up to `size` bytes, and at least one row: the row of a large network has a megabyte."""
    if size is None:
        return session.scalars(query).all()
    found, bytes_ = [], 0
    with session.scalars(query.execution_options(yield_per=_FETCH_SIZE)) as rows:
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
