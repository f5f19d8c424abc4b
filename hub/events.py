"""The event log: everything a client can be told, numbered without gaps within each experiment, and growing within
each workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from gradus.status import EventKind
from gradus.wire.experiment import LogLine
from gradus.wire.message import Message
from hub.outbox import outbox
from hub.tables import EventRow, ExperimentRow, WorkspaceRow

_LOG_LOCK = 0x67726164
"""Postgres advisory lock, held from the numbering of events to the commit: ids grow in the order of the commits,
so that a reader who has seen id n will never find a smaller one later. SQLite has one writer at a time anyway."""


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
    logs: dict[str, _Log] = {}
    for experiment_id in sorted({event.experiment_id for event in events}):
        count = sum(event.experiment_id == experiment_id for event in events)
        logs[experiment_id] = _take_numbers(session, experiment_id, count)
    wholes: dict[str, int] = {}
    for workspace_id in sorted({log.workspace_id for log in logs.values()}):
        count = sum(logs[event.experiment_id].workspace_id == workspace_id for event in events)
        wholes[workspace_id] = _take_workspace_numbers(session, workspace_id, count)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOG_LOCK)))
    session.execute(insert(EventRow), [_row(event, logs[event.experiment_id], wholes, at) for event in events])
    outbox(session).rings.update(logs)


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
        "data": event.data.model_dump_json(),
        "at": at,
    }


def _take_numbers(session: Session, experiment_id: str, count: int) -> _Log:
    """Reserve `count` numbers; the log before the first."""
    taken, workspace_id = session.execute(
        update(ExperimentRow)
        .where(ExperimentRow.id == experiment_id)
        .values(events=ExperimentRow.events + count, version=ExperimentRow.version + 1)
        .returning(ExperimentRow.events, ExperimentRow.workspace_id)
        .execution_options(synchronize_session=False)
    ).one()
    return _Log(workspace_id, taken - count)


def _take_workspace_numbers(session: Session, workspace_id: str, count: int) -> int:
    """Reserve `count` numbers of the workspace's log; the one before the first."""
    taken = session.execute(
        update(WorkspaceRow)
        .where(WorkspaceRow.id == workspace_id)
        .values(events=WorkspaceRow.events + count)
        .returning(WorkspaceRow.events)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return taken - count


def of_experiment(session: Session, experiment_id: str, after: int, limit: int) -> Sequence[EventRow]:
    """The rows of one log with numbers greater than `after`, in order."""
    query = select(EventRow).where(EventRow.experiment_id == experiment_id, EventRow.seq > after)
    return session.scalars(query.order_by(EventRow.seq).limit(limit)).all()


def of_workspace(session: Session, workspace_id: str, after: int, limit: int) -> Sequence[EventRow]:
    """The rows of a workspace's log with numbers greater than `after`, in order."""
    query = select(EventRow).where(EventRow.workspace_id == workspace_id, EventRow.number > after)
    return session.scalars(query.order_by(EventRow.number).limit(limit)).all()


def of_all(session: Session, after: int, limit: int) -> Sequence[EventRow]:
    """The rows of the whole log with ids greater than `after`, in order."""
    return session.scalars(select(EventRow).where(EventRow.id > after).order_by(EventRow.id).limit(limit)).all()


def newest(session: Session) -> int:
    """The id of the newest row of the whole log; 0 if there is none."""
    return session.scalar(select(func.max(EventRow.id))) or 0
